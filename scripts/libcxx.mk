# Compiles libc++ and libc++abi for guests. scripts/build_libcxx.sh prepares the sources and headers, and runs this file.
#   libc++.a             the default, without exceptions
#   libc++-exceptions.a  for guests compiled with -fexceptions, which become 100 KB larger

.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules --no-builtin-variables
$(if $(LLVM_VERSION),,$(error LLVM_VERSION is not set: run scripts/build_sdk.sh --cpp))

CLANG := clang-$(LLVM_VERSION)
CLANGXX := clang++-$(LLVM_VERSION)
AR := llvm-ar-$(LLVM_VERSION)

sdk := .build/sdk
work := .build/sdk-work/libcxx
own := wasm-include/sdk/libcxx

# The same target as for a guest's own code, see cli/toolchain/guest_command.ts. Jumps of libc are exceptions, too.
target := --target=wasm64-wasi -D__x86_64__=1 -mbulk-memory -matomics -nostdlibinc -idirafter $(sdk)/include
flags := $(target) -Oz -ffunction-sections -fdata-sections -w -DNDEBUG
cxxflags := $(flags) -std=c++23 -nostdinc++ -isystem $(sdk)/c++/v1 -I $(work)/libcxx/src \
  -D_LIBCPP_BUILDING_LIBRARY -D_LIBCXXABI_BUILDING_LIBRARY -DLIBCXX_BUILDING_LIBCXXABI
plain := -fno-exceptions
exceptions := -fwasm-exceptions -mllvm -wasm-enable-sjlj

# The project has its own verbose_abort.cpp.
cxx := $(filter-out %/verbose_abort.o,$(patsubst $(work)/%.cpp,%.o,$(wildcard $(addprefix $(work)/libcxx/src/,*.cpp ryu/*.cpp \
  filesystem/*.cpp))))
own_objects := $(patsubst $(own)/%.cpp,%.o,$(wildcard $(own)/*.cpp))
abi := $(patsubst $(work)/%.cpp,%.o,$(wildcard $(work)/libcxxabi/src/*.cpp))
with_exceptions := $(addprefix libcxxabi/src/,cxa_exception.o cxa_personality.o)
without_exceptions := libcxxabi/src/cxa_noexception.o

plain_objects := $(addprefix $(work)/plain/,$(cxx) $(filter-out $(with_exceptions),$(abi)) $(own_objects))
exceptions_objects := $(addprefix $(work)/exceptions/,$(cxx) $(filter-out $(without_exceptions),$(abi)) $(own_objects) \
  unwind.o)

# libc++.a has libc++abi's functions too. Command lines may name the others.
empty := $(addprefix $(sdk)/lib/,libc++abi.a libstdc++.a)
all: $(sdk)/lib/libc++.a $(sdk)/lib/libc++-exceptions.a $(empty)

$(sdk)/lib/libc++.a: $(plain_objects)
$(sdk)/lib/libc++-exceptions.a: $(exceptions_objects)
$(sdk)/lib/%.a:
	@rm -f $@
	$(AR) crsD $@ $^

# getentropy() is in <unistd.h> of this libc.
$(work)/plain/libcxx/src/random.o $(work)/exceptions/libcxx/src/random.o: extra := -include unistd.h

define rules
$(work)/$(1)/%.o: $(work)/%.cpp
	@mkdir -p $$(@D)
	$(CLANGXX) $(cxxflags) $($(1)) $$(extra) -c $$< -o $$@
$(work)/$(1)/%.o: $(own)/%.cpp
	@mkdir -p $$(@D)
	$(CLANGXX) $(cxxflags) $($(1)) -c $$< -o $$@
endef
$(eval $(call rules,plain))
$(eval $(call rules,exceptions))

unwind := $(work)/libunwind
$(work)/exceptions/unwind.o: $(unwind)/src/Unwind-wasm.c
	@mkdir -p $(@D)
	$(CLANG) $(flags) $(exceptions) -D_LIBUNWIND_HIDE_SYMBOLS -I $(unwind)/include -I $(unwind)/src -c $< -o $@

.PHONY: all
