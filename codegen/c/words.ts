/**
 * Words that cannot be names in C or C++, or in a source that includes the headers of a skeleton.
 *
 * @module
 */

/** Keywords of C (up to C23) and its GNU dialect, and the alternative operator names, which C++ macros must not replace. */
const C_KEYWORDS = `
  alignas alignof asm auto bool break case char const constexpr continue default do double else enum extern false float for
  goto if inline int long nullptr register restrict return short signed sizeof static static_assert struct switch
  thread_local true typedef typeof typeof_unqual union unsigned void volatile while
  _Alignas _Alignof _Atomic _BitInt _Bool _Complex _Decimal128 _Decimal32 _Decimal64 _Float16 _Generic _Imaginary _Noreturn
  _Nonnull _Null_unspecified _Nullable _Static_assert _Thread_local
  __alignof __alignof__ __asm __asm__ __attribute __attribute__ __auto_type __bf16 __complex __complex__ __const __const__
  __extension__ __float128 __fp16 __func__ __FUNCTION__ __imag __imag__ __inline __inline__ __int128 __int128_t __label__
  __null __nullptr __PRETTY_FUNCTION__ __real __real__ __restrict __restrict__ __signed __signed__ __thread __typeof
  __typeof__ __uint128_t __volatile __volatile__ __wchar_t __func
  and and_eq bitand bitor compl not not_eq or or_eq xor xor_eq`;

/** Macros of the headers that skeletons and the SDK include, and predefined macros of compilers for Linux. */
const MACROS = `
  BIG_ENDIAN BUFSIZ BYTE_ORDER LITTLE_ENDIAN PDP_ENDIAN
  E2BIG EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EBADF EBADMSG EBUSY ECANCELED ECHILD ECONNABORTED
  ECONNREFUSED ECONNRESET EDEADLK EDESTADDRREQ EDOM EDQUOT EEXIST EFAULT EFBIG EHOSTUNREACH EIDRM EILSEQ EINPROGRESS EINTR
  EINVAL EIO EISCONN EISDIR ELOOP EMFILE EMLINK EMSGSIZE EMULTIHOP ENAMETOOLONG ENETDOWN ENETRESET ENETUNREACH ENFILE
  ENOBUFS ENODEV ENOENT ENOEXEC ENOLCK ENOLINK ENOMEM ENOMSG ENOPROTOOPT ENOSPC ENOSYS ENOTCAPABLE ENOTCONN ENOTDIR
  ENOTEMPTY ENOTRECOVERABLE ENOTSOCK ENOTSUP ENOTTY ENXIO EOPNOTSUPP EOVERFLOW EOWNERDEAD EPERM EPIPE EPROTO
  EPROTONOSUPPORT EPROTOTYPE ERANGE EROFS ESPIPE ESRCH ESTALE ETIMEDOUT ETXTBSY EWOULDBLOCK EXDEV
  EOF EXIT_FAILURE EXIT_SUCCESS FD_SETSIZE FILENAME_MAX FOPEN_MAX F_LOCK F_OK F_TEST F_TLOCK F_ULOCK
  INT16_MAX INT16_MIN INT32_MAX INT32_MIN INT64_MAX INT64_MIN INT8_MAX INT8_MIN INTMAX_MAX INTMAX_MIN INTPTR_MAX INTPTR_MIN
  INT_FAST16_MAX INT_FAST16_MIN INT_FAST32_MAX INT_FAST32_MIN INT_FAST64_MAX INT_FAST64_MIN INT_FAST8_MAX INT_FAST8_MIN
  INT_LEAST16_MAX INT_LEAST16_MIN INT_LEAST32_MAX INT_LEAST32_MIN INT_LEAST64_MAX INT_LEAST64_MIN INT_LEAST8_MAX
  INT_LEAST8_MIN L_INCR L_SET L_XTND L_ctermid L_cuserid L_tmpnam MB_CUR_MAX NULL POSIX_CLOSE_RESTART PTRDIFF_MAX
  PTRDIFF_MIN P_tmpdir RAND_MAX R_OK SEEK_CUR SEEK_END SEEK_SET SIG_ATOMIC_MAX SIG_ATOMIC_MIN SIZE_MAX STDERR_FILENO
  STDIN_FILENO STDOUT_FILENO TMP_MAX UINT16_MAX UINT32_MAX UINT64_MAX UINT8_MAX UINTMAX_MAX UINTPTR_MAX UINT_FAST16_MAX
  UINT_FAST32_MAX UINT_FAST64_MAX UINT_FAST8_MAX UINT_LEAST16_MAX UINT_LEAST32_MAX UINT_LEAST64_MAX UINT_LEAST8_MAX
  WCHAR_MAX WCHAR_MIN WINT_MAX WINT_MIN WNOHANG WUNTRACED W_OK X_OK alloca errno stderr stdin stdout
  i386 linux unix __linux __unix __COUNTER__ __DATE__ __FILE__ __LINE__ __TIME__ __VERSION__ __wasm __wasi__ __wasm__
  __linux__ __unix__ __clang__ __STDC__`;

/** Keywords of C++ that C lacks. */
const CXX_KEYWORDS = `
  catch char16_t char32_t char8_t class co_await co_return co_yield concept const_cast consteval constinit decltype delete
  dynamic_cast explicit export friend mutable namespace new noexcept operator private protected public reinterpret_cast
  requires static_cast template this throw try typeid typename using virtual wchar_t`;

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

/** Words that cannot be names in C. */
export const C_WORDS: ReadonlySet<string> = new Set([...words(C_KEYWORDS), ...words(MACROS)]);

/** Words that can be names in C but not in C++. */
export const CXX_WORDS: ReadonlySet<string> = new Set(words(CXX_KEYWORDS));
