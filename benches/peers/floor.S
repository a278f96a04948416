/* The floor: a program that only sleeps; with an argument, it exits. No program can be much smaller: an ELF header laid
   out by hand (man 5 elf), and a few instructions. */

#if defined(__x86_64__)
#define MACHINE 62
#define PAGE 0x1000
#elif defined(__aarch64__)
#define MACHINE 183
#define PAGE 0x10000
#else
#error "benches/peers/floor.S does not support this architecture yet"
#endif

        .text
file:   .byte   0x7f, 'E', 'L', 'F', 2, 1, 1, 0     /* 64 bits, little-endian */
        .zero   8
        .2byte  3, MACHINE                          /* ET_DYN: at any address */
        .4byte  1
        .8byte  start - file, segment - file, 0
        .4byte  0
        .2byte  64, 56, 1, 64, 0, 0
segment:
        .4byte  1, 5                                /* PT_LOAD, readable and executable */
        .8byte  0, 0, 0, end - file, end - file, PAGE

start:
#if defined(__x86_64__)
        cmpl    $1, (%rsp)                          /* argc */
        jne     2f
1:      push    $34                                 /* pause */
        pop     %rax
        syscall
        jmp     1b
2:      mov     $60, %al                            /* exit; the kernel enters with rax = rdi = 0 */
        syscall
#elif defined(__aarch64__)
        ldr     x9, [sp]                            /* argc */
        mov     x8, #94                             /* exit_group; the kernel enters with x0 to x3 = 0 */
        cmp     x9, #1
        b.ne    2f
        mov     x8, #73                             /* ppoll without descriptors or timeout */
        mov     x0, #0
2:      svc     #0
        b       2b
#endif
end:
