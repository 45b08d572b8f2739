/// The style sheet of the page.
enum PageStyle {
  static let sheet = """
    :root {
      color-scheme: light dark;
      --paper: #fbfbf9; --card: #ffffff; --ink: #1d2126; --soft: #5f6871; --rule: #e3e4e0; --grid: #ececea;
      --accent: #1f5f94;
      --c0: #1f6aa5; --c1: #c2571a; --c2: #2f8560; --c3: #8a5aa8; --c4: #a8791a; --c5: #b23a5b; --c6: #4d7f8c;
      --c7: #6b6f76;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #15181b; --card: #1c2024; --ink: #e6e8e9; --soft: #98a1a9; --rule: #30363b; --grid: #292e33;
        --accent: #82b8e3;
        --c0: #6cb1e6; --c1: #ee9a63; --c2: #72c49f; --c3: #c09ad9; --c4: #d9b45e; --c5: #ea86a1; --c6: #8fbfcb;
        --c7: #a7acb3;
      }
    }
    * { box-sizing: border-box; }
    html { scroll-behavior: smooth; }
    @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
    body {
      margin: 0 auto; padding: 3.5rem 1.5rem 5rem; max-width: 76rem; background: var(--paper); color: var(--ink);
      font: 1rem/1.5 "Inter", "Source Sans 3", ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto,
        "Noto Sans", "DejaVu Sans", sans-serif;
      text-rendering: optimizeLegibility; overflow-wrap: anywhere;
    }
    header { margin-bottom: 2rem; }
    .kind {
      margin: 0 0 .25rem; color: var(--soft); font-size: .75rem; letter-spacing: .09em; text-transform: uppercase;
    }
    h1 { margin: 0; font-size: 2rem; line-height: 1.2; font-weight: 650; letter-spacing: -.015em; }
    h2 { margin: 3.25rem 0 1.1rem; font-size: 1.25rem; font-weight: 620; letter-spacing: -.01em; }
    h3 { margin: 0 0 .5rem; font-size: .95rem; font-weight: 600; }
    nav { display: flex; flex-wrap: wrap; gap: .35rem 1.4rem; margin-top: 1rem; font-size: .9rem; }
    a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: 1px; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 3px; }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums lining-nums; }
    th, td { padding: .38rem 1.4rem .38rem 0; text-align: left; vertical-align: baseline; font-weight: 400; }
    tr > :last-child { padding-right: 0; }
    .number { text-align: right; white-space: nowrap; }
    .facts { width: 100%; font-size: .92rem; border-top: 1px solid var(--rule); }
    .facts tr { border-bottom: 1px solid var(--rule); }
    .facts th { width: 15rem; color: var(--soft); }
    .charts { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fill, minmax(min(30rem, 100%), 1fr)); }
    figure { margin: 0; }
    .chart, .pictures figure, article {
      background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 1rem 1.15rem;
    }
    .unit { margin-left: .3em; color: var(--soft); font-weight: 400; }
    svg { display: block; width: 100%; height: auto; overflow: visible; touch-action: pan-y; }
    svg text { fill: var(--soft); font-size: 11.5px; font-variant-numeric: tabular-nums; }
    svg .y { text-anchor: end; }
    svg .x { text-anchor: middle; }
    .grid { stroke: var(--grid); }
    .axis { stroke: var(--rule); }
    .cursor { stroke: var(--soft); stroke-dasharray: 2 3; }
    path { fill: none; stroke: currentColor; stroke-linecap: round; stroke-linejoin: round; }
    circle { fill: currentColor; }
    .line { stroke-width: 1.8; }
    .raw { stroke-width: .8; opacity: .34; }
    .hidden { visibility: hidden; }
    .c0 { color: var(--c0); } .c1 { color: var(--c1); } .c2 { color: var(--c2); } .c3 { color: var(--c3); }
    .c4 { color: var(--c4); } .c5 { color: var(--c5); } .c6 { color: var(--c6); } .c7 { color: var(--c7); }
    figcaption { color: var(--soft); font-size: .85rem; }
    .chart figcaption { display: flex; gap: 1rem; justify-content: space-between; margin-top: .55rem; }
    .chart ul { display: flex; flex-wrap: wrap; gap: .15rem 1.3rem; margin: 0; padding: 0; list-style: none; }
    .swatch {
      display: inline-block; width: 1.1em; height: 3px; margin-right: .5em; border-radius: 2px; vertical-align: .25em;
      background: currentColor;
    }
    output { margin-left: .35em; color: var(--ink); font-variant-numeric: tabular-nums; white-space: nowrap; }
    output.step { color: var(--soft); }
    .empty { margin: 2.5rem 0; color: var(--soft); text-align: center; }
    .scroll { overflow-x: auto; margin-bottom: 2rem; }
    .scroll table, article table { width: 100%; font-size: .9rem; }
    caption { padding-bottom: .45rem; text-align: left; font-weight: 600; font-size: .95rem; }
    thead th { color: var(--soft); font-size: .82rem; border-bottom: 1px solid var(--ink); }
    tbody tr { border-bottom: 1px solid var(--rule); }
    .examples { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fill, minmax(min(34rem, 100%), 1fr)); }
    article { display: grid; gap: 1rem 1.4rem; grid-template-columns: minmax(8rem, 2fr) 3fr; align-items: start; }
    @media (max-width: 36rem) { article { grid-template-columns: 1fr; } }
    img { display: block; max-width: 100%; height: auto; border-radius: 4px; }
    article img { width: 100%; }
    article th, article td { padding: .22rem 1rem .22rem 0; }
    .instruction { margin: 0 0 .6rem; font-size: 1.02rem; line-height: 1.35; font-weight: 550; }
    .caption { margin: .6rem 0 0; color: var(--soft); font-size: .82rem; }
    .pictures {
      display: grid; gap: 1.25rem; align-items: start;
      grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr));
    }
    .pictures img { width: 100%; image-rendering: pixelated; }
    .pictures figcaption { margin-top: .6rem; }
    .notes { max-width: 44rem; }
    .notes p { margin: 0 0 .8rem; white-space: pre-line; }
    @media print { body { padding: 0; } nav { display: none; } .chart, article, figure { break-inside: avoid; } }
    """
}
