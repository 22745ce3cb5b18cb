"""The table of a run on the terminal and as text, and its plots as SVG."""
import html

ORDER = ("forwarder", "nginx", "haproxy", "equal", "document", "wampgate")
COLOURS = {"forwarder": "#9aa5b1", "nginx": "#4c9f70", "haproxy": "#5b8def", "equal": "#9aa5b1", "document": "#9aa5b1", "wampgate": "#d9480f"}


def _number(value):
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def _verdict(row):
    if not row.limits:
        return ""
    if row.why_not:
        return f"not measured: {row.why_not}"
    missed = row.missed()
    return "met: " + ", ".join(limit.text() for limit in row.limits) if not missed else (
        "MISSED: " + ", ".join(limit.text() for limit in missed))


def line(row):
    """One row as a line: what, each contender's figure, wampgate's ratio to the first of them, the verdict."""
    figures = row.figures
    names = [name for name in ORDER if name in figures]
    cells = "  ".join(f"{name} {_number(figures[name])}" for name in names)
    ratio = ""
    if len(names) > 1 and "wampgate" in figures:
        ratio = f"  ({figures['wampgate'] / figures[names[0]]:.2f} × {names[0]})"
    return f"{row.what}: {cells}{ratio} {row.unit}  {_verdict(row)}".rstrip()


def table(rows, heading):
    """Markdown."""
    names = [name for name in ORDER if any(name in row.samples for row in rows)]
    lines = [heading, "", "| work | unit | " + " | ".join(names) + " | target |", "|---" * (len(names) + 3) + "|"]
    for row in rows:
        figures = row.figures
        cells = [_number(figures[name]) if name in figures else "" for name in names]
        lines.append(f"| {row.what} | {row.unit} | " + " | ".join(cells) + f" | {_verdict(row)} |")
    return "\n".join(lines) + "\n"


def plot(rows, unit):
    """Horizontal bars of the rows with `unit`, each row to its own scale: the longest bar of a row is as wide as the plot."""
    chosen = [row for row in rows if row.unit == unit and row.samples]
    width, left, bar, y, parts = 920, 330, 14, 34, []
    parts.append(f'<text x="10" y="20" font-size="15">{html.escape(unit)}; less is better; each group has its own scale</text>')
    for row in chosen:
        figures = row.figures
        names = [name for name in ORDER if name in figures]
        largest = max(figures.values()) or 1
        parts.append(f'<text x="10" y="{y + 11}" font-size="11">{html.escape(row.what)}</text>')
        for name in names:
            length = max(1, (width - left - 150) * figures[name] / largest)
            parts.append(f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{bar - 3}" fill="{COLOURS[name]}"/>'
                         f'<text x="{left + length + 6:.1f}" y="{y + 10}" font-size="11">{name} {_number(figures[name])}</text>')
            y += bar
        y += 10
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y}" font-family="sans-serif">'
            f'<rect width="{width}" height="{y}" fill="white"/>{"".join(parts)}</svg>\n')


def write(rows, heading, directory):
    """table.md, and one plot per unit."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "table.md").write_text(table(rows, heading))
    units = {}
    for row in rows:
        if row.samples:
            units.setdefault(row.unit, f"plot-{len(units) + 1}.svg")
    for unit, name in units.items():
        (directory / name).write_text(plot(rows, unit))
    return [directory / "table.md", *(directory / name for name in units.values())]
