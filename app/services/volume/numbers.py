"""Valid documents and telephones out of plain numbers."""

_CPF_STEP = 387_420_489  # 3**18: coprime with 10**9, so that stepping visits every number once before any repeats


def cpf(base: int) -> str:
    """The CPF whose first nine digits are `base` (less than 10**9), with its check digits."""
    digits = [int(c) for c in f"{base:09d}"]
    if len(set(digits)) == 1:
        digits[-1] = (digits[-1] + 1) % 10  # eleven equal digits are nobody's
    for length in (9, 10):
        total = sum(digit * (length + 1 - place) for place, digit in enumerate(digits[:length]))
        digits.append(total * 10 % 11 % 10)
    return "".join(map(str, digits))


def nth_cpf(n: int) -> str:
    """Valid CPFs without repetition for n = 0, 1, 2…"""
    return cpf(n * _CPF_STEP % 1_000_000_000)


def cnpj(root: str, branch: str = "0001") -> str:
    """The CNPJ of a root of eight digits or, as of July 2026, letters."""
    number = root + branch
    for _ in range(2):
        weights = [2 + place % 8 for place in range(len(number))]
        rest = sum((ord(c) - 48) * weight for c, weight in zip(reversed(number), weights, strict=True)) % 11
        number += "0" if rest < 2 else str(11 - rest)
    return number


def nth_cnpj(n: int) -> str:
    """Valid CNPJs without repetition; every fiftieth has letters."""
    root = f"{n * 48_828_125 % 99_999_989:08d}"
    if n % 50 == 7:
        root = chr(65 + int(root[0])) + chr(75 + int(root[1])) + root[2:]
    return cnpj(root)


def mobile(area: str, n: int) -> str:
    """A mobile number in E.164: the ninth digit, then one of 6 to 9 (Anatel), then seven of `n`."""
    return f"+55{area}9{6 + n % 4}{n // 4 % 10_000_000:07d}"


def landline(area: str, n: int) -> str:
    """A landline in E.164: first digit 2 to 5."""
    return f"+55{area}{2 + n % 4}{n // 4 % 10_000_000:07d}"
