namespace GGUFPacker.Estimation.Pictures;

/// <summary>Colours of the pictures, for light and dark surroundings.</summary>
internal static class PictureStyle
{
    /// <summary>The style sheet that goes into each picture: also one that a page shows as an image follows the reader's choice.</summary>
    public const string Css = """
        <style>
        .ggufpacker { color-scheme: light dark; --ink: #1f2328; --soft: #59636e; --rule: #d1d9e0; --weights: #2f6fde; --kv: #e08a00; --compute: #1a9d6c; --platform: #8b949e; --free: #eef1f4; }
        @media (prefers-color-scheme: dark) { .ggufpacker { --ink: #e6edf3; --soft: #9198a1; --rule: #3d444d; --weights: #5b93f5; --kv: #f0a92e; --compute: #3fc48f; --platform: #6e7681; --free: #21262d; } }
        .ggufpacker text { font: 12px system-ui, sans-serif; fill: var(--ink); }
        .ggufpacker .title { font-size: 15px; font-weight: 600; }
        .ggufpacker .soft { fill: var(--soft); }
        .ggufpacker .rule { stroke: var(--rule); fill: none; }
        .ggufpacker .limit { stroke: var(--soft); stroke-dasharray: 4 3; fill: none; }
        .ggufpacker .weights { fill: var(--weights); }
        .ggufpacker .mapped { fill: var(--weights); fill-opacity: 0.35; }
        .ggufpacker .kv { fill: var(--kv); }
        .ggufpacker .compute { fill: var(--compute); }
        .ggufpacker .platform { fill: var(--platform); }
        .ggufpacker .free { fill: var(--free); }
        .ggufpacker .line { fill: none; stroke-width: 2; }
        .ggufpacker .line0 { stroke: var(--platform); } .ggufpacker .line1 { stroke: var(--weights); } .ggufpacker .line2 { stroke: var(--kv); } .ggufpacker .line3 { stroke: var(--compute); }
        </style>

        """;
}
