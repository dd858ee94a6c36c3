"""How figures and verdicts look: text, HTML, tables and charts, each a value that shows itself."""
