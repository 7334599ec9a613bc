"""How the page looks."""

STYLE = """
body { max-width: 1320px; margin: 0 auto; padding: 0.5rem; }
.languages { text-align: right; } .languages a { margin-left: 1rem; }
.languages [aria-current] { font-weight: 600; text-decoration: none; }
h1 { font-size: 1.5rem; margin: 0.5rem 0; } h2 { font-size: 1.2rem; }
.nav-pills { margin-bottom: 1rem; gap: 0.25rem; }
.columns { width: 100%; border-collapse: collapse; table-layout: fixed; }
.columns th:nth-child(-n+3) { width: 24%; } .columns label { position: absolute; }
.columns th, .columns td { vertical-align: top; padding: 0.5rem; border-bottom: 1px solid #ccc; overflow-wrap: anywhere; }
.columns .form-group, .columns .shiny-input-container { margin-bottom: 0.25rem; width: 100% !important; }
.columns code { color: #444; margin-right: 0.5em; display: inline-block; }
.sure { font-weight: 600; } .question .sure { color: #8a3b00; } .question { background: #fff6e8; } .none { color: #555; }
.finding { font-size: 0.9rem; margin: 0.25rem 0; } .asked { font-weight: 600; margin: 0 0 0.25rem; }
.said { white-space: pre-wrap; overflow-wrap: anywhere; background: #f5f5f5; border-left: 4px solid #888; padding: 0.75rem;
  font-size: 0.9rem; }
#plan { font-family: ui-monospace, monospace; font-size: 0.85rem; white-space: pre; overflow: auto; }
.shiny-input-container:not(.shiny-input-container-inline) { width: 100%; max-width: 100%; }
iframe { width: 100%; height: 75vh; border: 1px solid #ccc; }
.links a { display: inline-block; margin: 0 1rem 0.35rem 0; overflow-wrap: anywhere; }
.go { margin: 0.75rem 0.5rem 0.75rem 0; } progress { width: 100%; height: 1.5rem; }
.checkbox label { display: flex; gap: 0.4rem; } .checkbox label input { flex: none; }
.steps { columns: 18rem; padding: 0; list-style: none; } .steps .ready { color: #1b6b2f; }
@media (max-width: 700px) {
  .columns thead { display: none; } .columns tr { display: block; border: 1px solid #ccc; margin-bottom: 0.75rem; }
  .columns td { display: block; width: auto !important; border: 0; padding: 0.35rem 0.6rem; }
}
"""
