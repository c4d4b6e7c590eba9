namespace Pipeline.Evaluation.Reports;

/// <summary>The style sheet of reports and of the drawings in them.</summary>
internal static class ReportStyle
{
    public const string Css =
        """
        :root{--ink:#1d2430;--soft:#5c6675;--rule:#dfe3e9;--page:#f6f7f9;--card:#fff;--before:#8a94a3;--after:#2563a8;--good:#1f7a4d;--warn:#9a6700;--bad:#b3261e;--heat:#2563a8}
        @media (prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#9aa5b4;--rule:#333b47;--page:#14181e;--card:#1c222a;--before:#8d97a6;--after:#6fb0ee;--good:#5fc28f;--warn:#e0b050;--bad:#ff8a80;--heat:#6fb0ee}}
        *{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
        main{max-width:960px;margin:0 auto;padding:32px 20px 64px}h1{font-size:26px;margin:0 0 20px;overflow-wrap:anywhere}h2{font-size:19px;margin:36px 0 12px;padding-top:14px;border-top:1px solid var(--rule)}
        p{margin:8px 0 14px;overflow-wrap:anywhere}.wide{overflow-x:auto;background:var(--card);border:1px solid var(--rule);border-radius:8px;margin:12px 0}
        table{border-collapse:collapse;width:100%;font-size:14px}th{text-align:left;color:var(--soft);font-weight:600;white-space:nowrap}th,td{padding:7px 12px;border-bottom:1px solid var(--rule);vertical-align:top}
        tbody tr:last-child td{border-bottom:0}th.n,td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}td.q{color:var(--soft)}td{overflow-wrap:break-word}
        .verdict{display:flex;gap:14px;align-items:baseline;padding:11px 14px;margin:8px 0;border-radius:8px;border:1px solid var(--rule);border-left:5px solid var(--soft);background:var(--card)}.verdict b{min-width:120px}
        .good{border-left-color:var(--good)}.good b{color:var(--good)}.warning{border-left-color:var(--warn)}.warning b{color:var(--warn)}.bad{border-left-color:var(--bad)}.bad b{color:var(--bad)}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:12px;margin:14px 0}.tile{background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:12px 14px;display:flex;flex-direction:column}
        .tile span,.tile small{color:var(--soft);font-size:13px}.tile b{font-size:23px;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
        figure{margin:14px 0;padding:16px;background:var(--card);border:1px solid var(--rule);border-radius:8px;overflow-x:auto}figure svg{max-width:100%;height:auto;display:block;margin:0 auto}figcaption{color:var(--soft);font-size:13px;margin-top:10px}
        details{background:var(--card);border:1px solid var(--rule);border-radius:8px;margin:10px 0;padding:10px 14px}summary{cursor:pointer}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:12.5px/1.45 ui-monospace,"DejaVu Sans Mono",monospace;margin:10px 0 0}
        svg text{fill:var(--ink);font:13px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}svg .tick{fill:var(--soft);font-size:12px}svg .axis{fill:var(--soft);font-size:13px}svg .value{font-variant-numeric:tabular-nums}svg .cell{font-size:11px}svg .strong{fill:var(--card)}
        svg .grid{stroke:var(--rule);stroke-width:1}svg .frame{stroke:var(--soft);stroke-width:1}svg .diagonal{stroke:var(--soft);stroke-width:1.5;stroke-dasharray:5 4}svg .range{stroke-width:2;opacity:.45}svg .joint{stroke-width:3}
        svg .before{fill:var(--before)}svg .after{fill:var(--after)}svg .before-line{stroke:var(--before)}svg .after-line{stroke:var(--after)}svg .worse-line{stroke:var(--bad)}svg .better-line{stroke:var(--good)}
        svg .bar{fill:var(--after)}svg .right{fill:var(--good)}svg .wrong{fill:var(--bad)}svg .series{fill:none;stroke-width:2;stroke-linejoin:round}
        svg .s0{stroke:var(--after)}svg .s1{stroke:#d97706}svg .s2{stroke:#1f7a4d}svg .s3{stroke:#9333a8}svg .s4{stroke:#b3261e}svg .s5{stroke:#5c6675}
        @media print{body{background:#fff}main{padding:0}figure,.wide,.tile{break-inside:avoid}}
        """;
}
