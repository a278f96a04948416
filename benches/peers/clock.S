/* The clock, a child for an init. It writes the time (man 2 clock_gettime, CLOCK_MONOTONIC: two numbers of eight bytes)
   to its standard output when it is executed, and again for each SIGUSR1. It reads the time within a few instructions,
   without a library. */

#if defined(__x86_64__)
        .macro  call number
        mov     $\number, %eax
        syscall
        .endm

        .globl  _start
_start: mov     $2, %edi                            /* SIG_SETMASK */
        lea     set(%rip), %rsi
        xor     %edx, %edx
        mov     $8, %r10d
        call    14                                  /* rt_sigprocmask */
1:      mov     $1, %edi                            /* CLOCK_MONOTONIC */
        lea     -16(%rsp), %rsi
        call    228                                 /* clock_gettime */
        mov     $1, %edi
        lea     -16(%rsp), %rsi
        mov     $16, %edx
        call    1                                   /* write */
        lea     set(%rip), %rdi
        xor     %esi, %esi
        xor     %edx, %edx
        mov     $8, %r10d
        call    128                                 /* rt_sigtimedwait */
        jmp     1b
#elif defined(__aarch64__)
        .macro  call number
        mov     x8, #\number
        svc     #0
        .endm

        .globl  _start
_start: mov     x0, #2                              /* SIG_SETMASK */
        adr     x1, set
        mov     x2, #0
        mov     x3, #8
        call    135                                 /* rt_sigprocmask */
        sub     sp, sp, #16
1:      mov     x0, #1                              /* CLOCK_MONOTONIC */
        mov     x1, sp
        call    113                                 /* clock_gettime */
        mov     x0, #1
        mov     x1, sp
        mov     x2, #16
        call    64                                  /* write */
        adr     x0, set
        mov     x1, #0
        mov     x2, #0
        mov     x3, #8
        call    137                                 /* rt_sigtimedwait */
        b       1b
#else
#error "benches/peers/clock.S does not support this architecture yet"
#endif
        .balign 8
set:    .8byte  1 << 9                              /* SIGUSR1 */
