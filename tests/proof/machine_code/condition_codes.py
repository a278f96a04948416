"""The condition code of z/Architecture after a comparison, which angr does not calculate."""

import claripy
from angr.engines.vex.claripy import ccall
from angr.errors import SimCCallError

SIGNED_COMPARE, UNSIGNED_COMPARE = 1, 2  # S390_CC_OP_ in VEX's guest_s390_defs.h


def s390_calculate_cc(_state, operation, left, right, _):
    """Returns 0 if the operands are equal, 1 if the first is less, 2 if it is greater."""
    less = {SIGNED_COMPARE: claripy.SLT, UNSIGNED_COMPARE: claripy.ULT}.get(ccall.op_concretize(operation))
    if less is None:
        raise SimCCallError(f"the condition code of operation {operation} is not known")
    zero, one, two = (claripy.BVV(number, 32) for number in range(3))
    return claripy.If(left == right, zero, claripy.If(less(left, right), one, two))


ccall.s390_calculate_cc = s390_calculate_cc
