using Pipeline.Llm.Kernels;
using Pipeline.Llm.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Modules;

/// <summary>Works out what all layers of one pass share.</summary>
internal static class ForwardPlan
{
    public static ForwardContext Make(CausalLanguageModel model, ModelInput input)
    {
        var (config, layout) = (model.Config, BatchLayout.Of(input));
        var before = input.Cache?.Lengths.ToArray();
        if (input.Cache is { } cache)
        {
            cache.Begin(layout.Start, layout.Real, layout.Columns);
        }

        var positions = input.Positions?.to(model.Device) ?? layout.Positions(before, model.Device);
        var pattern = Pattern(model, layout, before, window: null);
        if (pattern.Visible is null && model.Device.type == DeviceType.CUDA)
        {
            var (bounds, longest) = layout.Bounds();
            pattern = pattern with { Bounds = tensor(bounds, device: model.Device), LongestRun = longest };
        }

        var sliding = config.SlidingWindow is { } window
            ? Pattern(model, layout, before, window) with { Bounds = pattern.Bounds, LongestRun = pattern.LongestRun }
            : pattern;
        var rotation = Rotation.Of(config.Rope, config, positions, model.DType);
        return new()
        {
            Pattern = pattern,
            SlidingPattern = sliding,
            Rotation = rotation,
            SlidingRotation = config.SlidingRope == config.Rope
                ? rotation : Rotation.Of(config.SlidingRope, config, positions, model.DType),
            Cache = input.Cache,
            Route = Route(model, input, layout),
        };
    }

    private static AttentionPattern Pattern(CausalLanguageModel model, BatchLayout layout, int[]? before, int? window)
    {
        var pattern = new AttentionPattern
        {
            Scale = model.Config.AttentionScale,
            SoftCap = model.Config.AttentionSoftCap,
            Window = window,
            Segments = layout.Segments(),
        };
        if (before is null || Array.TrueForAll(before, length => length == 0))
        {
            return pattern;
        }

        var ranges = layout.KeyRanges(before, window);
        return pattern with { KeyRanges = ranges, Visible = layout.Visible(ranges, before, model.Device) };
    }

    private static AdapterRoute Route(CausalLanguageModel model, ModelInput input, BatchLayout layout)
    {
        if (input.AdapterPerRow is not { } names)
        {
            return input.RowAdapters is { } rows ? AdapterRoute.Nothing.With(rows) : AdapterRoute.Everything;
        }

        model.CheckAdapters(names, layout.Packed?.Count ?? layout.Rows);
        var route = layout.Packed is { } packed
            ? AdapterRoute.Of(names, packed, 1, model.Device)
            : AdapterRoute.Of(names, [.. names.Select(_ => 1)], 0, model.Device);
        return route.With(input.RowAdapters);
    }
}
