"""Every comparison, bound and policy of C files turned once, all in one text, so that a room is built once for thousands of mutants. Which
of them holds is said when the program starts (switch.c). What is turned:

    comparison   < <=   > >=   == !=   && ||   each into its neighbour; + - too, where numbers are meant
    bound        a number, or a name for one, is one more, and one less
    policy       a condition is turned, `!` is left out, true is false, a name of an enum is the next of it, two cases of a switch change
                 places; and what a statement does is left out

Once means once: of two that always behave alike one is left. `a > 3 - 1` is `a >= 3`, so beside a comparison turned into its neighbour
the number on that side of it is not moved.

`a < b` becomes, as mutant 7: `({ __auto_type giftd_a = (a); __auto_type giftd_b = (b); __auto_type giftd_is = giftd_a < giftd_b;
if (W(7, giftd_is != (giftd_a <= giftd_b))) giftd_is = giftd_a <= giftd_b; giftd_is; })`. So a run with no mutant knows of each not only
whether it came by, but whether it ever made a difference: where it made none, that test cannot notice it, and need not be asked.

Where things stand is what clang says (python3-clang), so nothing is guessed from texts. Left alone: what a macro writes (assertions), and
what must be constant.
"""
import re
import sys

sys.path.append("/usr/lib/python3/dist-packages")  # where apt puts it, whichever python runs
from clang import cindex
from clang.cindex import CursorKind as Kind

TURNED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "+": "-", "-": "+"}
JOINED = {"&&": "||", "||": "&&"}
ALIKE = {("<", 1, "+ 1"), ("<=", 1, "- 1"), (">", 1, "- 1"), (">=", 1, "+ 1"),  # operator, side, bound: what the turned operator is
         ("<", 0, "- 1"), ("<=", 0, "+ 1"), (">", 0, "+ 1"), (">=", 0, "- 1")}
HEAD = b"""#pragma GCC optimize "wrapv" /* what a mutant would be is reckoned beside what is */
extern unsigned giftd_mutant;
extern unsigned char giftd_reached[]; /* 1: came by; 3: and may have made a difference */
#define W(n, differs) (giftd_reached[n] |= (differs) ? 3 : 1, giftd_mutant == (n))
#define M(n) W(n, 1)
"""
CONSTANT = {Kind.CASE_STMT, Kind.ENUM_DECL, Kind.TYPEDEF_DECL, Kind.CXX_UNARY_EXPR, Kind.STATIC_ASSERT}  # unary: sizeof
LOOSE = {Kind.COMPOUND_STMT, Kind.IF_STMT, Kind.FOR_STMT, Kind.WHILE_STMT, Kind.CASE_STMT, Kind.DEFAULT_STMT}
EFFECTS = {Kind.BINARY_OPERATOR, Kind.COMPOUND_ASSIGNMENT_OPERATOR, Kind.CALL_EXPR, Kind.UNARY_OPERATOR, Kind.CSTYLE_CAST_EXPR}


class Source:
    """One file: its text, and what is put in where. Offsets are in bytes."""

    def __init__(self, path, arguments):
        self.path, self.text = path, open(path, "rb").read()
        self.unit = cindex.Index.create().parse(path, args=arguments, options=cindex.TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
        wrong = [str(d) for d in self.unit.diagnostics if d.severity >= cindex.Diagnostic.Error]
        if wrong:
            raise SystemExit(f"{path}: clang cannot read it: {wrong[0]}")
        self.puts = []  # (offset, order, size, text)
        self.cuts = {}  # what goes: from -> to
        macros = (c for c in self.unit.cursor.get_children() if c.kind == Kind.MACRO_INSTANTIATION)
        self.macros = [self.extent(c) for c in macros if c.location.file and c.location.file.name == path]

    @staticmethod
    def extent(cursor):
        return cursor.extent.start.offset, cursor.extent.end.offset

    def is_plain(self, cursor):
        """Not of a macro, and all of it in this file."""
        here = all(at.file is not None and at.file.name == self.path for at in (cursor.extent.start, cursor.extent.end))
        start, end = self.extent(cursor)
        return here and start < end and not any(start < last and first < end for first, last in self.macros if self.speaks(first))

    def speaks(self, offset):
        """A macro with parentheses; a name in capitals that stands for a number may be in what is turned."""
        return re.match(rb"\w+\s*\(", self.text[offset:offset + 80]) is not None

    def said(self, cursor):
        return self.text[slice(*self.extent(cursor))].decode()

    def around(self, extent, before, behind):
        start, end = extent
        size, turn = end - start, len(self.puts)
        self.puts.append((start, 1, -size, turn, before))   # the widest opens first, of two alike the first said
        self.puts.append((end, 0, size, -turn, behind))     # and closes last

    def written(self):
        out, at = [], 0
        for offset, _, _, _, text in sorted(self.puts, key=lambda put: put[:4]):
            out += [self.text[at:offset], text.encode()]
            at = max(at, self.cuts.get(offset, offset))
        return b"".join(out) + self.text[at:]


def operator_of(source, left, right):
    between = source.text[left[1]:right[0]]
    found = re.search(rb"(<<|>>|<=|>=|==|!=|&&|\|\||[<>+-])(?![=])", re.sub(rb"/\*.*?\*/", lambda m: b" " * len(m[0]), between, flags=re.S))
    return found[1].decode() if found else None


def is_static(cursor):
    return cursor.kind == Kind.VAR_DECL and cursor.storage_class == cindex.StorageClass.STATIC


class Walk:
    """The mutants of one function; `first` is the number of its first."""

    def __init__(self, source, function, first):
        self.source, self.function, self.number, self.mutants = source, function, first, []
        self.noted, self.silent = set(), False
        self.done = set()  # numbers and names that are turned with what compares them

    def note(self, cursor, what):
        """Its number. A name that stands for several numbers is moved once, what is of the simulator's own mutants never."""
        same = (*Source.extent(cursor), what)
        if same not in self.noted and not self.silent:
            self.mutants.append({"number": self.number, "function": self.function, "line": cursor.extent.start.line, "what": what,
                                 "text": " ".join(self.source.said(cursor).split())[:100]})
        self.noted.add(same)
        self.number += 1
        return self.number - 1

    def instead(self, cursor, what, text):
        n = self.note(cursor, what)
        self.source.around(Source.extent(cursor), f"(M({n}) ? ({text}) : (", "))")

    def truth(self, cursor, what="turned"):
        n = self.note(cursor, what)
        self.source.around(Source.extent(cursor), f"(M({n}) != !!(", "))")

    def binary(self, cursor, children):
        word = operator_of(self.source, *(Source.extent(c) for c in children))
        if word in JOINED:
            self.joined(cursor, children, word)
        elif word in TURNED and (word not in "+-" or self.is_number(cursor)):
            self.compared(cursor, children, word)

    def joined(self, cursor, children, word):
        """The right side is asked when the left one does not settle it, for the mutant when it does."""
        n, asks, settled = self.note(cursor, f"{word} {JOINED[word]}"), *(("!=", "!") if word == "&&" else ("==", ""))
        always = "1 || " if any(c.kind == Kind.CALL_EXPR for c in children[1].walk_preorder()) else ""  # what it does is not seen here
        self.between(cursor, children, "({ const _Bool giftd_a = !!(", (
            f"); _Bool giftd_is = giftd_a; (void)W({n}, {always}{settled}giftd_a); if (giftd_a {asks} (giftd_mutant == {n})) {{ "
            "giftd_is = !!("), f"); (void)W({n}, {settled}giftd_is); }} giftd_is; }})")

    def compared(self, cursor, children, word):
        turned = [(self.note(cursor, f"{word} {TURNED[word]}"), f"giftd_a {TURNED[word]} giftd_b")]
        for side, child in enumerate(children):
            child = self.bare(child)
            for what, text in self.bounds(child):
                if (word, side, what) not in ALIKE:
                    sides = ["giftd_a", "giftd_b"]
                    sides[side] = f"({text})"
                    turned.append((self.note(child, what), f" {word} ".join(sides)))
                self.done.add(Source.extent(child))
        self.between(cursor, children, "({ __auto_type giftd_a = (", "); __auto_type giftd_b = (",
                     f"); __auto_type giftd_is = giftd_a {word} giftd_b; " + "".join(
                         f"if (W({n}, giftd_is != ({text}))) giftd_is = {text}; " for n, text in turned) + "giftd_is; })")

    def between(self, cursor, children, before, middle, behind):
        """The operator goes."""
        left, right = (Source.extent(c) for c in children)
        self.source.around(Source.extent(cursor), before, behind)
        self.source.puts.append((left[1], 0, 1 << 30, 0, middle))
        self.source.cuts[left[1]] = right[0]

    @staticmethod
    def bare(cursor):
        """Without what the compiler put around it."""
        while cursor.kind == Kind.UNEXPOSED_EXPR and len(list(cursor.get_children())) == 1:
            cursor = next(cursor.get_children())
        return cursor

    @staticmethod
    def is_number(cursor):
        return all(c.type.get_canonical().kind != cindex.TypeKind.POINTER for c in (cursor, *cursor.get_children()))

    def is_compared(self, cursor):
        """Turned already as what it is."""
        while cursor.kind in (Kind.PAREN_EXPR, Kind.UNEXPOSED_EXPR) and len(list(cursor.get_children())) == 1:
            cursor = next(cursor.get_children())
        children = list(cursor.get_children())
        if cursor.kind == Kind.BINARY_OPERATOR and len(children) == 2:
            word = operator_of(self.source, *(Source.extent(c) for c in children))
            return word in JOINED or word in TURNED
        return self.is_negation(cursor)

    def is_negation(self, cursor):
        return cursor.kind == Kind.UNARY_OPERATOR and self.source.said(cursor)[:1] == "!"

    def bounds(self, cursor):
        """What a number or a name becomes, each with its text."""
        said = self.source.said(cursor)
        if cursor.kind == Kind.INTEGER_LITERAL and re.match(r"\w+$", said) and said not in ("true", "false"):
            return self.numbers(said)
        return self.enumerators(cursor) if cursor.kind == Kind.DECL_REF_EXPR else []

    @staticmethod
    def numbers(said):
        """One more and one less; not of a macro that stands for more than a number."""
        if said == "NULL" or said.startswith("TEXT_") or said == "STR_EMPTY":
            return []
        return [("+ 1", f"{said} + 1")] + ([("- 1", f"{said} - 1")] if said not in ("0", "0u") else [])

    def enumerators(self, cursor):
        """One of an enum with a name becomes the next of it; of one without it is a number."""
        named = cursor.referenced
        if named is None or named.kind != Kind.ENUM_CONSTANT_DECL:
            return []
        enum = named.semantic_parent
        others = [c.spelling for c in enum.get_children() if c.kind == Kind.ENUM_CONSTANT_DECL]
        if "enum " + enum.spelling in enum.type.spelling and enum.spelling and len(others) > 1:
            other = others[(others.index(named.spelling) + 1) % len(others)]
            return [(other, other)]
        return self.numbers(self.source.said(cursor))

    def switch(self, cursor, children):
        """Each two neighbours of a switch change places."""
        labels = [next(c.get_children()) for c in children[1].walk_preorder() if c.kind == Kind.CASE_STMT]
        said, turned = [self.source.said(c) for c in labels], ""
        for a, b in zip(said, said[1:]):
            n = self.note(children[0], f"{a} and {b} change places")
            turned += (f"if (W({n}, giftd_a == ({a}) || giftd_a == ({b}))) giftd_is = giftd_a == ({a}) ? ({b}) : giftd_a == ({b}) ? ({a}) "
                       ": giftd_a; ")
        if turned:
            self.source.around(Source.extent(children[0]), "({ __auto_type giftd_a = (",
                               f"); __auto_type giftd_is = giftd_a + 0; {turned}giftd_is; }})")

    def effect(self, cursor):
        if re.fullmatch(r"\(void\)\w+(, \(void\)\w+)*", self.source.said(cursor)):
            return  # says that something is not used
        n = self.note(cursor, "left out")
        self.source.around(Source.extent(cursor), f"(M({n}) ? (void)0 : (void)(", "))")

    def turn(self, cursor, children, parent):
        if parent.kind in LOOSE and cursor.kind in EFFECTS and not (parent.kind in (Kind.IF_STMT, Kind.WHILE_STMT) and cursor == next(
                parent.get_children())) and not (parent.kind == Kind.FOR_STMT and cursor != list(parent.get_children())[-1]) and not (
                parent.kind == Kind.CASE_STMT and cursor == next(parent.get_children())):
            self.effect(cursor)
        if cursor.kind == Kind.BINARY_OPERATOR and len(children) == 2:
            self.binary(cursor, children)
        elif cursor.kind == Kind.COMPOUND_ASSIGNMENT_OPERATOR and self.is_number(cursor):
            a, b = (self.source.said(child) for child in children)
            for word, other in (("+=", "-="), ("-=", "+=")):
                if word in self.source.text[Source.extent(children[0])[1]:Source.extent(children[1])[0]].decode():
                    self.instead(cursor, f"{word} {other}", f"{a} {other} {b}")
        elif self.is_negation(cursor):
            self.truth(cursor, "! left out")
        elif cursor.kind == Kind.INTEGER_LITERAL and self.source.said(cursor) in ("true", "false"):
            self.truth(cursor)
        elif Source.extent(cursor) not in self.done:
            for what, text in self.bounds(cursor):
                self.instead(cursor, what, text)

    def visit(self, cursor, parent):
        children = list(cursor.get_children())
        if self.source.is_plain(cursor):
            self.turn(cursor, children, parent)
        if cursor.kind in (Kind.IF_STMT, Kind.CONDITIONAL_OPERATOR, Kind.WHILE_STMT) and children:
            if self.source.is_plain(children[0]) and not self.is_compared(children[0]):
                self.truth(children[0])
        if cursor.kind == Kind.SWITCH_STMT and self.source.is_plain(children[0]):
            self.switch(cursor, children)
        for child in self.open(cursor, children):
            before = self.silent
            self.silent = before or child != children[0] and self.is_of_simulator(cursor, children[0])
            self.visit(child, cursor)
            self.silent = before

    def is_of_simulator(self, cursor, first):
        """Behind MUTANT(NAME) && stands nothing of the product's."""
        said = self.source.said(first)
        return cursor.kind in (Kind.BINARY_OPERATOR, Kind.IF_STMT) and said.startswith("MUTANT(") and "||" not in said

    @staticmethod
    def open(cursor, children):
        """What of it need not be constant."""
        if is_static(cursor) or cursor.kind in CONSTANT - {Kind.CASE_STMT}:
            return []
        if cursor.kind == Kind.CASE_STMT:
            return children[1:]
        if cursor.kind == Kind.VAR_DECL and cursor.type.kind == cindex.TypeKind.CONSTANTARRAY:
            return [child for child in children if child.kind == Kind.INIT_LIST_EXPR]
        if cursor.kind == Kind.INIT_LIST_EXPR and len(children) == 1 and children[0].kind == Kind.INTEGER_LITERAL:
            return []
        return children


def instrument(path, arguments, first):
    """The text with all its mutants, what they are, and the first number behind them."""
    source = Source(path, arguments)
    mutants = []
    for cursor in source.unit.cursor.get_children():
        if cursor.kind == Kind.FUNCTION_DECL and cursor.is_definition() and cursor.location.file.name == path:
            walk = Walk(source, cursor.spelling, first)
            for child in cursor.get_children():
                if child.kind == Kind.COMPOUND_STMT:
                    walk.visit(child, cursor)
            mutants += walk.mutants
            first = walk.number
    return HEAD + source.written(), mutants, first
