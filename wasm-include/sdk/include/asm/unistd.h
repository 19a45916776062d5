// Numbers of system calls: x86_64's. libc's syscall() knows the few that guests can make.
#pragma once
#include <bits/syscall.h>
