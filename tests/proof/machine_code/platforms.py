"""The platforms: numbers of system calls from the kernel's own headers, and how each passes arguments and results."""

from dataclasses import dataclass, field

# Numbers that arm64, riscv64 and loong64 share (include/uapi/asm-generic/unistd.h).
GENERIC = {
    "fcntl": 25, "write": 64, "capset": 91, "exit_group": 94, "rt_sigaction": 134, "rt_sigprocmask": 135,
    "rt_sigtimedwait": 137, "prctl": 167, "getpid": 172, "wait4": 260,
}  # fmt: skip


@dataclass(frozen=True)
class Platform:
    """What differs from platform to platform. Registers have the names that angr gives them."""

    name: str
    machine: str  # e_machine, as pyelftools names it
    calls: dict  # name -> number
    number: str  # the register with the number of the call
    arguments: tuple  # the registers of its arguments
    result: str  # the register of its result
    registers: tuple  # the general registers that hold values between calls, except the stack pointer
    clobbered: tuple = ()  # the registers that the kernel may change, besides that of the result
    trap_instruction: bytes = None  # the instruction that crashes, if the lifter takes it for a jump
    has_restorer: bool = True  # whether `struct sigaction` has the field `sa_restorer` before the mask
    entry: str = None  # the register that holds the address of the entry point at the start, if any
    # Registers of the lifter alone, by name or offset: condition codes that depend on arbitrary values, and constants.
    lifter: dict = field(default_factory=dict)
    call_instruction: bytes = None  # the instruction that makes a system call, if the lifter does not end a block there
    error_flag: str = None  # the register that tells an error from a success, if errors are not negative
    not_proven: str = None  # why nothing can be proven, if so
    time64: bool = False  # whether there are calls with 64-bit times besides those with 32-bit ones


def numbered(prefix, last, without=()):
    """The registers `prefix`0 to `prefix``last`."""
    return tuple(f"{prefix}{n}" for n in range(last + 1) if n not in without)


# The fields of POWER's condition register that a call keeps. Each bit has a meaning of its own.
KEPT_CONDITIONS = ("cr2_321", "cr2_0", "cr3_321", "cr3_0", "cr4_321", "cr4_0")

# Each comment names the table of the kernel with the numbers, and the source of the registers.
PLATFORMS = {
    platform.name: platform
    for platform in (
        # arch/x86/entry/syscalls/syscall_64.tbl; System V ABI, AMD64, A.2.1
        Platform(
            name="linux/amd64",
            machine="EM_X86_64",
            calls={
                "write": 1, "rt_sigaction": 13, "rt_sigprocmask": 14, "getpid": 39, "wait4": 61, "fcntl": 72,
                "capset": 126, "rt_sigtimedwait": 128, "prctl": 157, "exit_group": 231,
            },  # fmt: skip
            number="rax",
            arguments=("rdi", "rsi", "rdx", "r10", "r8", "r9"),
            result="rax",
            registers=("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp") + numbered("r", 15, without=range(8)),
            clobbered=("rcx", "r11"),
            lifter={"cc_op": 0},
        ),
        # arch/x86/entry/syscalls/syscall_32.tbl; entry_INT80_32
        Platform(
            name="linux/386",
            machine="EM_386",
            calls={
                "write": 4, "getpid": 20, "fcntl": 55, "wait4": 114, "prctl": 172, "rt_sigaction": 174,
                "rt_sigprocmask": 175, "rt_sigtimedwait": 177, "capset": 185, "exit_group": 252,
                "rt_sigtimedwait_time64": 421,
            },  # fmt: skip
            number="eax",
            arguments=("ebx", "ecx", "edx", "esi", "edi", "ebp"),
            result="eax",
            registers=("eax", "ebx", "ecx", "edx", "esi", "edi", "ebp"),
            lifter={"cc_op": 0},
            time64=True,
        ),
        # include/uapi/asm-generic/unistd.h; arch/arm64/kernel/entry.S
        Platform(
            name="linux/arm64",
            machine="EM_AARCH64",
            calls=GENERIC,
            number="x8",
            arguments=numbered("x", 5),
            result="x0",
            registers=numbered("x", 30),
            lifter={"cc_op": 0},
        ),
        # arch/arm/tools/syscall.tbl; arch/arm/kernel/entry-common.S
        Platform(
            name="linux/arm/v7",
            machine="EM_ARM",
            calls={
                "write": 4, "getpid": 20, "fcntl": 55, "wait4": 114, "prctl": 172, "rt_sigaction": 174,
                "rt_sigprocmask": 175, "rt_sigtimedwait": 177, "capset": 185, "exit_group": 248,
                "rt_sigtimedwait_time64": 421,
            },  # fmt: skip
            number="r7",
            arguments=numbered("r", 5),
            result="r0",
            registers=numbered("r", 12) + ("lr",),
            lifter={"cc_op": 0},
            time64=True,
        ),
        # arch/powerpc/kernel/syscalls/syscall.tbl; Documentation/arch/powerpc/syscall64-abi.rst
        Platform(
            name="linux/ppc64le",
            machine="EM_PPC64",
            calls={
                "write": 4, "getpid": 20, "fcntl": 55, "wait4": 114, "prctl": 171, "rt_sigaction": 173,
                "rt_sigprocmask": 174, "rt_sigtimedwait": 176, "capset": 184, "exit_group": 234,
            },  # fmt: skip
            number="gpr0",
            arguments=numbered("gpr", 8, without=range(3)),
            result="gpr3",
            registers=numbered("gpr", 31, without=(1,)) + ("lr", "ctr") + KEPT_CONDITIONS,
            clobbered=numbered("gpr", 12, without=(1, 2, 3)) + ("ctr",),
            entry="gpr12",
            error_flag="cr0_0",
        ),
        # arch/s390/kernel/syscalls/syscall.tbl; arch/s390/kernel/entry.S
        Platform(
            name="linux/s390x",
            machine="EM_S390",
            calls={
                "write": 4, "getpid": 20, "fcntl": 55, "wait4": 114, "prctl": 172, "rt_sigaction": 174,
                "rt_sigprocmask": 175, "rt_sigtimedwait": 177, "capset": 185, "exit_group": 248,
            },  # fmt: skip
            number="r1",
            arguments=numbered("r", 7, without=range(2)),
            result="r2",
            registers=numbered("r", 14),
            lifter={704: 0},  # guest_counter, which counts the bytes of an instruction such as xc
        ),
        # include/uapi/asm-generic/unistd.h; arch/riscv/kernel/entry.S
        Platform(
            name="linux/riscv64",
            machine="EM_RISCV",
            calls=GENERIC,
            number="a7",
            arguments=numbered("a", 5),
            result="a0",
            registers=("ra", "gp", "tp") + numbered("t", 6) + numbered("s", 11) + numbered("a", 7),
            lifter={"zero": 0},
            has_restorer=False,
        ),
        # include/uapi/asm-generic/unistd.h; arch/loongarch/kernel/entry.S
        Platform(
            name="linux/loong64",
            machine="EM_LOONGARCH",
            calls=GENERIC,
            number="a7",
            arguments=numbered("a", 5),
            result="a0",
            registers=("ra", "tp", "r21", "fp") + numbered("t", 8) + numbered("s", 8) + numbered("a", 7),
            clobbered=numbered("t", 8),
            lifter={"zero": 0},
            call_instruction=bytes.fromhex("00002b00"),  # syscall 0
            trap_instruction=bytes.fromhex("00002a00"),  # break 0
            not_proven="pypcode 3.3.3 lifts a shift of 64 bits by 32 or more as one by 32 less",
            has_restorer=False,
        ),
    )
}
