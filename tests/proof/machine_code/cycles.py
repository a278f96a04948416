"""The theorem that it never spins: each cycle has a call in it that waits, or that reaps a child."""

from protocol import describe
from refusal import Refused


def waits(place, outcome):
    """Whether a call with this outcome has waited, or has taken something that runs out."""
    if place.action is None:
        return False
    if place.action[0] == "reap":
        return outcome.name == "a child"
    if place.action[0] in ("wait", "wait64"):
        rest = place.action[1]
        return outcome.name != "another error" and (outcome.name != "EAGAIN" or rest)
    return False


def check(edges):
    """Refuses a cycle of edges that do not wait. `edges` maps (place, outcome) to the places that follow."""
    following = {}
    for (place, outcome), places in edges.items():
        if not waits(place, outcome):
            following.setdefault(place, set()).update(places)
    done, active = set(), set()
    for root in following:
        path = [(root, iter(following.get(root, ())))]
        active.add(root)
        while path:
            place, rest = path[-1]
            for after in rest:
                if after in active:
                    calls = [describe(place.action) for place, _ in path if place.action]
                    raise Refused("no spin", f"nothing waits in the cycle that contains {', '.join(calls[-8:])}")
                if after not in done:
                    active.add(after)
                    path.append((after, iter(following.get(after, ()))))
                    break
            else:
                path.pop()
                active.discard(place)
                done.add(place)
