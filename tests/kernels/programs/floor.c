/* The floor on every platform: a program that only sleeps. It is linked as pause is. */

#if defined(__x86_64__)
#define SLEEP "mov $34, %eax; syscall; jmp _start" /* pause */
#elif defined(__i386__)
#define SLEEP "mov $29, %eax; int $0x80; jmp _start"
#elif defined(__arm__)
#define SLEEP "mov r7, #29; svc #0; b _start"
#elif defined(__s390x__)
#define SLEEP "svc 29; j _start"
#elif defined(__powerpc64__)
#define SLEEP "li 0, 29; sc; b _start"
#elif defined(__aarch64__)
#define SLEEP "mov x0, #0; mov x1, #0; mov x2, #0; mov x3, #0; mov x8, #73; svc #0; b _start" /* ppoll of nothing */
#elif defined(__riscv)
#define SLEEP "li a0, 0; li a1, 0; li a2, 0; li a3, 0; li a7, 73; ecall; j _start"
#elif defined(__loongarch__)
#define SLEEP "li.w $a0, 0; li.w $a1, 0; li.w $a2, 0; li.w $a3, 0; li.w $a7, 73; syscall 0; b _start"
#else
#error "tests/kernels/programs/floor.c has no instructions for this architecture"
#endif

__asm__(".text; .globl _start; _start: " SLEEP);
