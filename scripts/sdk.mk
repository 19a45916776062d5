# Compiles the libraries of the SDK. scripts/build_sdk.sh prepares the sources and headers, and runs this file.

.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules --no-builtin-variables
$(if $(LLVM_VERSION),,$(error LLVM_VERSION is not set: run scripts/build_sdk.sh))

CLANG := clang-$(LLVM_VERSION)
AR := llvm-ar-$(LLVM_VERSION)

sdk := .build/sdk
work := .build/sdk-work
sources := wasm-include/sdk
wasi := $(work)/wasi-libc
objects := $(work)/objects

target := --target=wasm64-wasi -mbulk-memory -nostdlibinc -isystem $(sdk)/include
flags := $(target) -ffunction-sections -fdata-sections

# Libraries ------------------------------------------------------------------------------------------------------------

# objects_of FOLDER...: one object for each source.
objects_of = $(patsubst %.c,$(objects)/%.o,$(wildcard $(addsuffix /*.c,$(addprefix $(sources)/,$(1)))))

# Functions of musl that wasi-libc leaves out, and that need nothing but the others.
more_of_musl := ipc/ftok legacy/ftw legacy/getdtablesize legacy/getloadavg legacy/valloc misc/get_current_dir_name \
  misc/mntent misc/realpath network/ether network/inet_addr network/inet_legacy network/inet_ntoa passwd/fgetgrent \
  passwd/fgetpwent passwd/getgrent_a passwd/getpwent_a passwd/putgrent passwd/putpwent sched/sched_cpucount \
  signal/psignal temp/__randname temp/mkdtemp temp/mkostemp temp/mkostemps temp/mkstemp temp/mkstemps temp/mktemp \
  termios/cfgetospeed termios/cfmakeraw termios/cfsetospeed
# wasi-libc's sources whose functions the project's own sources define.
replaced := libc-bottom-half/sources/__wasilibc_real.c libc-bottom-half/sources/accept.c \
  $(addprefix libc-bottom-half/cloudlibc/src/libc/,errno/errno.c fcntl/fcntl.c fcntl/openat.c fcntl/posix_fadvise.c poll/poll.c \
    sys/stat/fstat.c sys/stat/fstatat.c sys/stat/mkdirat.c unistd/faccessat.c \
    sys/ioctl/ioctl.c sys/socket/%.c time/CLOCK_%.c time/clock_nanosleep.c \
    time/nanosleep.c unistd/sleep.c unistd/usleep.c) \
  $(addprefix libc-top-half/musl/src/,conf/legacy.c conf/sysconf.c errno/strerror.c misc/uname.c stdlib/qsort.c \
    $(if $(wildcard $(sources)/argp/getopt.c),misc/getopt.c misc/getopt_long.c))
libc := $(call objects_of,libc argp) \
  $(patsubst %.c,$(objects)/wasi-libc/%.o,$(filter-out $(replaced),$(shell cat $(wasi)/sources))) \
  $(patsubst %,$(objects)/wasi-libc/libc-top-half/musl/src/%.o,$(more_of_musl))
# Of libbpf, those sources that need only BTF in memory, and libelf for BTF in files.
unchanged := $(addprefix $(objects)/libbpf/,btf.o btf_dump.o btf_iter.o btf_relocate.o hashmap.o strset.o \
  libbpf_errno.o str_error.o bpf_prog_linfo.o)
generated := $(patsubst $(sdk)/%.c,$(objects)/%.o,$(wildcard $(sdk)/src/*.c))
libbpf := $(call objects_of,libbpf) $(generated) $(unchanged)
libelf := $(call objects_of,libelf)
# All of zlib: tools that bring BTF for older kernels inflate it.
libz := $(addprefix $(objects)/zlib/,$(addsuffix .o,adler32 compress crc32 deflate gzclose gzlib gzread gzwrite infback \
  inffast inflate inftrees trees uncompr zutil))
libc-printscan-long-double = $(printscan_long_double)
# Libraries that programs name on their command lines. Their functions are in libc, or nowhere.
empty := libm libpthread librt libdl libresolv libutil libcrypt

archives := $(patsubst %,$(sdk)/lib/%.a,libc libbpf libelf libz $(empty) libc-printscan-long-double)
all: $(archives) $(sdk)/lib/crt1.o $(sdk)/lib/crt1-reactor.o

# Makes an archive also when a source is gone.
.SECONDEXPANSION:
$(archives): $(sdk)/lib/%.a: $$($$*) $(work)/%.list scripts/sdk.mk
	@rm -f $@
	$(AR) crsD $@ $($*)
$(work)/%.list: FORCE
	@echo '$(sort $($*))' | cmp --silent - $@ || echo '$(sort $($*))' >$@

# Sources of the project -----------------------------------------------------------------------------------------------

# Jumps out of functions are exceptions.
$(objects)/$(sources)/libc/setjmp.o: exceptions := -mexception-handling -mllvm -wasm-enable-sjlj
own_flags = $(flags) $(exceptions) -D__x86_64__ -std=gnu23 -Oz -Wall -Wextra -I $(sdk)/src -I $(<D)
define compile
@mkdir -p $(@D)
$(CLANG) $(1) -MD -MP -c $< -o $@
endef

$(objects)/$(sources)/%.o: $(sources)/%.c scripts/sdk.mk
	$(call compile,$(own_flags))
$(objects)/src/%.o: $(sdk)/src/%.c scripts/sdk.mk
	$(call compile,$(own_flags) -I $(sources)/libbpf)

# Sources of libbpf ----------------------------------------------------------------------------------------------------

# Unchanged, as scripts/build_libbpf.sh has unpacked them. Tools often read the kernel's BTF, 5 MB, for which -O2 saves a
# third of the time (19 instead of 30 ms).
$(objects)/libbpf/%.o: level := -Oz
$(objects)/libbpf/btf.o: level := -O2
libbpf_sources := .build/libbpf/libbpf-$(LIBBPF_VERSION)
$(objects)/libbpf/%.o: $(libbpf_sources)/src/%.c $(sources)/libbpf/libbpf_sources.h scripts/sdk.mk
	$(call compile,$(flags) $(level) -w -include $(sources)/libbpf/libbpf_sources.h -I $(libbpf_sources)/include)

# zlib -----------------------------------------------------------------------------------------------------------------

# Unchanged, as scripts/build_libbpf.sh has unpacked and configured it.
$(objects)/zlib/%.o: .build/libbpf/zlib-$(ZLIB_VERSION)/%.c scripts/sdk.mk
	$(call compile,$(flags) -Oz -w)

# wasi-libc ------------------------------------------------------------------------------------------------------------

top := $(wasi)/libc-top-half
bottom := $(wasi)/libc-bottom-half
wasi_flags := $(flags) -std=gnu17 -w -DNDEBUG -fno-trapping-math -mthread-model single -Oz
cloudlibc := -I $(bottom)/headers/private -I $(bottom)/cloudlibc/src/include -I $(bottom)/cloudlibc/src
musl := -I $(top)/musl/src/include -I $(top)/musl/src/internal -I $(top)/musl/arch/wasm32 -I $(top)/musl/arch/generic \
  -I $(top)/headers/private
# As in wasi-libc's Makefile: formatted input and output without `long double`, whose arithmetic is large. A program that
# uses it gets the reason, and links libc-printscan-long-double.a too.
printscan := $(addprefix $(objects)/wasi-libc/libc-top-half/musl/src/,internal/floatscan.o stdio/vfprintf.o \
  stdio/vfwprintf.o stdio/vfscanf.o stdlib/strtod.o stdlib/wcstod.o)
$(printscan): no_long_double := -D__wasilibc_printscan_no_long_double \
  '-D__wasilibc_printscan_full_support_option="add -lc-printscan-long-double to the link command"'
# A formatted line takes half the time with -O2, and with loops in place of the instructions for blocks of memory, which call
# into the engine for each of the short copies here. It adds 2 KB to a module.
$(addprefix $(objects)/wasi-libc/libc-top-half/musl/src/,stdio/vfprintf.o stdio/vsnprintf.o stdio/snprintf.o stdio/fwrite.o \
  string/memcpy.o string/memset.o string/memchr.o string/strnlen.o): quick := -O2 -mno-bulk-memory
printscan_long_double := $(printscan:.o=.long-double.o)

$(objects)/wasi-libc/libc-top-half/%.long-double.o: $(top)/%.c scripts/sdk.mk
	$(call compile,$(wasi_flags) $(musl))
$(objects)/wasi-libc/libc-top-half/%.o: $(top)/%.c scripts/sdk.mk
	$(call compile,$(wasi_flags) $(musl) $(no_long_double) $(quick))
$(objects)/wasi-libc/libc-bottom-half/%.o: $(bottom)/%.c scripts/sdk.mk
	$(call compile,$(wasi_flags) $(cloudlibc))
$(objects)/wasi-libc/dlmalloc/%.o: $(wasi)/dlmalloc/%.c scripts/sdk.mk
	$(call compile,$(wasi_flags) -I $(wasi)/dlmalloc/include)
$(sdk)/lib/crt1.o: $(bottom)/crt/crt1-command.c scripts/sdk.mk
	$(call compile,$(wasi_flags) $(cloudlibc) -MF $(objects)/crt1.d)
$(sdk)/lib/crt1-reactor.o: $(bottom)/crt/crt1-reactor.c scripts/sdk.mk
	$(call compile,$(wasi_flags) $(cloudlibc) -MF $(objects)/crt1-reactor.d)

FORCE:
.PHONY: all FORCE

-include $(shell find $(objects) -name '*.d' 2>/dev/null)
