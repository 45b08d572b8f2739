/// The style sheet of the page.
enum CurationStyle {
  static let sheet = """
    :root { color-scheme: light dark; --paper: #fbfbf9; --card: #fff; --ink: #1d2126; --soft: #5f6871; --rule: #e1e3df;
      --accent: #1f5f94; --defect: #a3261b; --risk: #9a6200; --info: #3d6f8f; --good: #17663a; --flag: #f2c14e55;
      --c0: #1f6aa5; --c1: #c2571a; --c2: #2f8560; --c3: #8a5aa8; --c4: #a8791a; --c5: #b23a5b; --c6: #4d7f8c;
      --c7: #6b6f76; }
    @media (prefers-color-scheme: dark) { :root { --paper: #15181b; --card: #1c2024; --ink: #e6e8e9; --soft: #98a1a9;
      --rule: #30363b; --accent: #82b8e3; --defect: #ff9186; --risk: #e8b45a; --info: #8fc0dd; --good: #72c49f;
      --flag: #e0a50044; --c0: #6cb1e6; --c1: #ee9a63; --c2: #72c49f; --c3: #c09ad9; --c4: #d9b45e; --c5: #ea86a1;
      --c6: #8fbfcb; --c7: #a7acb3; } }
    * { box-sizing: border-box }
    body { margin: 0 auto; padding: 2.5rem 1.25rem 5rem; max-width: 78rem; background: var(--paper); color: var(--ink);
      font: 15px/1.5 ui-sans-serif, system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
      overflow-wrap: anywhere }
    h1 { margin: 0; font-size: 1.9rem } h2 { margin: 2.6rem 0 .8rem; font-size: 1.25rem }
    h3 { margin: 1.2rem 0 .3rem; font-size: 1rem } .kind, .soft { color: var(--soft) } .kind { margin: 0 }
    nav { display: flex; gap: 1.2rem; margin-top: .6rem } a { color: var(--accent) }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums }
    th, td { padding: .22rem 1rem .22rem 0; text-align: left; vertical-align: top; font-weight: 400 }
    thead th { color: var(--soft); border-bottom: 1px solid var(--ink) } tbody tr, .facts tr { border-bottom: 1px solid var(--rule) }
    .facts th { color: var(--soft); width: 12rem } .n { text-align: right; white-space: nowrap }
    .scroll { overflow: auto; max-height: 32rem } .scroll table { width: 100% }
    #checks .scroll td:nth-child(-n+5), th { white-space: nowrap; overflow-wrap: normal }
    .tiles { display: flex; gap: 1rem; margin: 1.2rem 0 } .tile { background: var(--card); border: 1px solid var(--rule);
      border-radius: 8px; padding: .6rem 1.1rem } .tile b { font-size: 1.5rem; display: block }
    .tile.defect b, span.defect, tr.defect td:nth-child(2) { color: var(--defect) }
    .tile.risk b, span.risk, tr.risk td:nth-child(2) { color: var(--risk) } .tile.info b, span.info { color: var(--info) }
    tr.clean { color: var(--soft) }
    .card, article { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: .7rem 1rem;
      margin: .7rem 0 } summary { cursor: pointer } article:target, article:focus { border-color: var(--accent) }
    .strip { display: flex; flex-wrap: wrap; gap: 4px } figure { margin: 0 } .strip figure { border: 3px solid transparent }
    .strip .flagged { border-color: var(--risk) } .strip img { display: block; width: 112px; height: auto }
    .gone { width: 112px; height: 84px; display: grid; place-items: center; background: var(--rule); color: var(--soft) }
    figcaption { color: var(--soft); font-size: .8rem }
    svg { display: block; width: 100%; max-width: 46rem; height: auto; margin: .5rem 0 } svg text { fill: var(--soft);
      font-size: 12px } .bar { fill: var(--c0) } .axis { stroke: var(--soft); fill: none }
    .mark { stroke: var(--defect); stroke-width: 1.5; fill: none } .marked { fill: var(--defect) }
    .range { fill: var(--flag) } .trace path { fill: none; stroke: currentColor; stroke-width: 1.2 }
    .c0 { color: var(--c0) } .c1 { color: var(--c1) } .c2 { color: var(--c2) } .c3 { color: var(--c3) }
    .c4 { color: var(--c4) } .c5 { color: var(--c5) } .c6 { color: var(--c6) } .c7 { color: var(--c7) }
    .controls { display: flex; flex-wrap: wrap; gap: 1rem; margin-bottom: .6rem }
    input, select { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--rule);
      border-radius: 5px; padding: .15rem .4rem }
    #grid { border: 1px solid var(--rule); border-radius: 8px; background: var(--card); overflow: hidden }
    #head, .row { display: grid; grid-template-columns: 6rem 6rem 5rem 1fr 5rem 5rem 5rem 8rem; gap: .6rem;
      padding: 0 .8rem; align-items: center } #head { border-bottom: 1px solid var(--ink); min-height: 34px }
    #head button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-align: left }
    #rows { position: relative; height: 26rem; overflow-y: auto } .row { position: absolute; left: 0; right: 0; height: 26px;
      white-space: nowrap; cursor: pointer } .row > * { overflow: hidden; text-overflow: ellipsis }
    .row[aria-selected=true] { background: var(--flag) }
    """
}
