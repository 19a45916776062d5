// Finds programs with popen(), as tools do.
#include <stdio.h>
#include <sys/wait.h>

static void run(const char *command) {
    FILE *stream = popen(command, "r");
    if (!stream) return perror(command);
    char line[256] = "nothing\n";
    fgets(line, sizeof(line), stream);
    int status = pclose(stream);
    printf("%s: %d, %s", command, WIFEXITED(status) ? WEXITSTATUS(status) : -1, line);
}

int main(void) {
    run("which cat");
    run("which /usr/bin/cat");
    run("which no_such_program");
    run("which /etc/passwd");
    run("which /etc");
    run("command -v cat");
    return 0;
}
