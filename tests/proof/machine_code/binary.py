"""The file: its segments, its text, and that the kernel maps nothing writable from it."""

from elftools.elf.elffile import ELFFile

from refusal import Refused


class Binary:
    """What the proof needs to know of the file."""

    def __init__(self, path, platform):
        self.path = path
        with open(path, "rb") as file:
            elf = ELFFile(file)
            self.check(elf, platform)
            text = elf.get_section_by_name(".text")
            segment = next(elf.iter_segments("PT_LOAD"))
            self.text = range(text["sh_addr"], text["sh_addr"] + text["sh_size"])
            self.image = range(segment["p_vaddr"], segment["p_vaddr"] + segment["p_filesz"])
            self.bytes = segment.data()
            self.entry = elf["e_entry"]

    @staticmethod
    def check(elf, platform):
        """Refuses a file that is not one read-only executable segment with a section `.text`."""

        def claim(condition, reason):
            if not condition:
                raise Refused("the file", reason)

        claim(elf["e_machine"] == platform.machine, f"it is for {elf['e_machine']}")
        claim(elf["e_type"] == "ET_DYN", "it is not position-independent")
        segments = {segment["p_type"]: segment for segment in elf.iter_segments()}
        claim(sorted(segment["p_type"] for segment in elf.iter_segments()) == ["PT_GNU_STACK", "PT_LOAD"],
              f"its segments are {', '.join(segments)}")  # fmt: skip
        load = segments["PT_LOAD"]
        claim(load["p_flags"] == 5, "its segment is not readable and executable alone")
        claim(load["p_filesz"] == load["p_memsz"], "its segment has memory that is not in the file")
        claim(segments["PT_GNU_STACK"]["p_flags"] == 6, "its stack is executable")
        text = elf.get_section_by_name(".text")
        claim(text is not None, "it has no section .text")
        end = load["p_vaddr"] + load["p_filesz"]
        claim(load["p_vaddr"] <= text["sh_addr"] and text["sh_addr"] + text["sh_size"] <= end,
              "its text is not in the segment")  # fmt: skip
