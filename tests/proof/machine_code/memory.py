"""The memory of the process: where each address is, and what may be read and written there."""

import claripy

from refusal import Refused

STACK_LIMIT = 1024  # bytes below the initial stack pointer: the program must not need more
ABOVE = 4096  # bytes above it that may be read: argc, the pointers to the arguments, the environment, the auxiliary vector
ARGUMENT = 10  # the longest argument has so many bytes, and then a NUL
IMAGE = 0x400000  # where the file is mapped


class Layout:
    """Symbolic addresses: the kernel chooses where the stack and each argument are, and the proof does not know."""

    def __init__(self, bits, arguments):
        self.bits = bits
        stack = 0x7FFF_0000_0000 if bits == 64 else 0xBF00_0000
        # The kernel aligns the initial stack to 16 bytes on every platform (`arch_align_stack`, STACK_ROUND).
        unknown = claripy.BVS("stack", bits - 4, explicit_name=True)
        self.stack_pointer = claripy.Concat(unknown, claripy.BVV(0, 4))
        self.bases = {"stack": (self.stack_pointer, unknown, stack >> 4, stack)}
        for n in range(arguments):
            pointer = claripy.BVS(f"argument {n}", bits, explicit_name=True)
            self.bases[f"argument {n}"] = (pointer, pointer, stack + 0x100000 * (n + 1), stack + 0x100000 * (n + 1))
        self.names = frozenset(self.bases)
        self.known = {}

    def base(self, region):
        """The address at which a region begins, as the program knows it."""
        return self.bases[region][0]

    def inside(self, region, offset):
        """The address of a byte of a region, as the proof stores it."""
        return self.bases[region][3] + offset

    def place(self, address):
        """Returns the region of an address, and the offset there. None if it may be in several places."""
        if not address.symbolic:
            return "image", claripy.simplify(address).concrete_value - IMAGE
        key = address.hash()
        if key not in self.known:
            self.known[key] = self.find(address)
        return self.known[key]

    def find(self, address):
        names = address.variables
        if len(names) != 1 or not names <= self.names:
            return None
        (region,) = names
        base, leaf, value, start = self.bases[region]
        example = claripy.simplify(claripy.replace(address, leaf, claripy.BVV(value, leaf.length)))
        offset = example.concrete_value - start
        solver = claripy.Solver()
        return None if solver.satisfiable(extra_constraints=[address != base + offset]) else (region, offset)


class Memory:
    """Checks each access of the program, and each one that the kernel makes for it."""

    def __init__(self, layout, binary):
        self.layout = layout
        self.image = binary.image
        self.lowest = 0  # the lowest offset from the initial stack pointer that was in use
        self.written = set()  # all offsets that were written

    def readable(self, address, size):
        """Returns where the proof stores the bytes at an address. Refuses one that must not be read."""
        place = self.layout.place(address)
        if place is None:
            raise Refused("memory", f"it reads at an address that is not known: {address}")
        region, offset = place
        if region == "image":
            if offset not in self.image or offset + size - 1 not in self.image:
                raise Refused("memory", f"it reads at {offset:#x}, outside of the file")
            return IMAGE + offset
        low, high = (-STACK_LIMIT, ABOVE) if region == "stack" else (0, ARGUMENT + 1)
        if not low <= offset <= high - size:
            raise Refused("memory", f"it reads {size} bytes at {region} {offset:+}, outside of it")
        return self.layout.inside(region, offset)

    def writable(self, address, size, writer="it"):
        """Returns where the proof stores the bytes at an address. Refuses one that must not be written."""
        place = self.layout.place(address)
        if place is None or place[0] != "stack":
            raise Refused("memory", f"{writer} writes at {place or address}, which is not on the stack")
        offset = place[1]
        if not -STACK_LIMIT <= offset <= -size:
            raise Refused("memory", f"{writer} writes {size} bytes at {offset:+} of the initial stack")
        self.lowest = min(self.lowest, offset)
        self.written.update(range(offset, offset + size))
        return self.layout.inside("stack", offset)

    def stack_pointer(self, value):
        """Returns the offset of the stack pointer. Refuses one outside of the stack."""
        place = self.layout.place(value)
        if place is None or place[0] != "stack" or not -STACK_LIMIT <= place[1] <= 0:
            raise Refused("memory", f"the stack pointer is {place or value}")
        self.lowest = min(self.lowest, place[1])
        return place[1]
