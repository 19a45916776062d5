// Texts stay in the language of the program: guests have no catalogues of translations.
#include <libintl.h>

char *gettext(const char *text) {
    return (char *)text;
}

char *dgettext(const char *, const char *text) {
    return (char *)text;
}

char *dcgettext(const char *, const char *text, int) {
    return (char *)text;
}

char *ngettext(const char *singular, const char *plural, unsigned long count) {
    return (char *)(count == 1 ? singular : plural);
}

char *textdomain(const char *domain) {
    return (char *)(domain ? domain : "messages");
}

char *bindtextdomain(const char *, const char *folder) {
    return (char *)folder;
}
