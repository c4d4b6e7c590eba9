using Pipeline.Llm.Models;
using Pipeline.Llm.Peft;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Llm.Merging;

/// <summary>
/// The gate before a merged model is promoted: its files, read again from disk, must act like base and adapter.
/// </summary>
/// <remarks>
/// Both sides compute in float32 on what their files hold, so the figures show what merging and storing changed, and
/// not the noise of computing in few bits. Prompts are compared one at a time: padding has no part in the result.
/// Continuations go on behind a token that ends an answer, so that each compares as many tokens as asked for; behind a
/// tie, where float32 itself cannot say which token it is, there is nothing to compare any more.
/// </remarks>
public static class MergeParity
{
    // Two logits this close, relative to the largest, are not told apart by float32: another order of a sum decides.
    private const double Tie = 1e-5;

    /// <summary>Compares.</summary>
    /// <param name="baseDirectory">The base model.</param>
    /// <param name="adapterDirectory">The adapter.</param>
    /// <param name="mergedDirectory">The merged model.</param>
    /// <param name="prompts">Token ids of prompts, each at least one; some hundred make the share of equal ones mean
    /// something.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <param name="progress">Receives the prompts compared so far, or null.</param>
    /// <param name="cancellationToken">Stops between two prompts.</param>
    /// <returns>Figures and verdict.</returns>
    /// <exception cref="ArgumentException">There is no prompt, or an empty one.</exception>
    /// <exception cref="InvalidDataException">A directory cannot be read.</exception>
    public static MergeParityReport Run(
        string baseDirectory, string adapterDirectory, string mergedDirectory, IReadOnlyList<int[]> prompts,
        MergeParityOptions? options = null,
        IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        if (prompts.Count == 0 || prompts.Any(prompt => prompt.Length == 0))
        {
            throw new ArgumentException("merge parity needs prompts of at least one token", nameof(prompts));
        }

        options ??= new MergeParityOptions();
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var load = new ModelLoadOptions
        {
            DType = ScalarType.Float32,
            Threads = options.Threads,
            Device = options.Device,
        };
        using var adapted = CausalLanguageModel.Load(baseDirectory, load);
        LoraAdapter.Load(adapted, adapterDirectory);
        using var merged = CausalLanguageModel.Load(mergedDirectory, load);
        var sums = new Sums();
        foreach (var prompt in prompts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Report(sums.Prompts);
            using var step = NewDisposeScope();
            var (one, other) = (Logits(adapted, prompt), Logits(merged, prompt));
            if (!one.shape.SequenceEqual(other.shape))
            {
                throw new InvalidDataException(
                    $"{mergedDirectory} has {other.shape[^1]} logits, the base {one.shape[^1]}; it is not a merge "
                        + $"of it");
            }

            var continuation = Greedy(adapted, prompt, options.NewTokens);
            sums = sums.With(one, other, Flip(continuation, Choices(merged, prompt, continuation)));
        }

        progress?.Report(sums.Prompts);
        return Judge(options, WeightLoader.StoredType(mergedDirectory), sums);
    }

    private static MergeParityReport Judge(MergeParityOptions options, ScalarType stored, Sums sums)
    {
        var (limit, share, reasons) = (options.LimitFor(stored), (double)sums.Equal / sums.Prompts, new List<string>());
        if (!(sums.Difference <= limit))
        {
            reasons.Add(
                $"a logit differs by {sums.Difference:G3} of the largest, the limit for {stored} files is {limit:G3}");
        }

        if (!(share >= options.EqualPrompts))
        {
            reasons.Add(
                $"{sums.Equal} of {sums.Prompts} prompts continue alike over {options.NewTokens} tokens, "
                    + $"{options.EqualPrompts:P0} must; the clearest choice that changed had a margin of "
                    + $"{sums.Margin:G3} of the largest logit");
        }

        return new MergeParityReport
        {
            Prompts = sums.Prompts,
            Positions = sums.Positions,
            MaxDifference = sums.Difference,
            Limit = limit,
            MeanDivergence = sums.Divergence / sums.Positions,
            TopTokenAgreement = (double)sums.Agreeing / sums.Positions,
            EqualPrompts = share,
            LargestFlippedMargin = sums.Margin,
            EqualPromptsLimit = options.EqualPrompts,
            Reasons = reasons,
        };
    }

    private static Tensor Logits(CausalLanguageModel model, int[] prompt) =>
        model.Logits(model.Hidden(new ModelInput { InputIds = Ids(model, prompt) }));

    private static Tensor Ids(CausalLanguageModel model, params int[] ids) =>
        tensor(Array.ConvertAll(ids, id => (long)id), device: model.Device).unsqueeze(0);

    // How clear the adapter's choice was where the merged model first chooses otherwise; null when it never does, or
    // when the two tokens were tied before.
    private static double? Flip(List<(int Token, double Margin)> continuation, long[] choices)
    {
        var at = continuation.Zip(choices).TakeWhile(pair => pair.First.Token == pair.Second).Count();
        return at == choices.Length || continuation[at].Margin <= Tie ? null : continuation[at].Margin;
    }

    // What a model chooses behind a prompt and each beginning of a continuation, in one pass: up to the first token
    // that it would not have chosen, this is the continuation that it makes itself.
    private static long[] Choices(
        CausalLanguageModel model, int[] prompt, List<(int Token, double Margin)> continuation)
    {
        if (continuation.Count == 0)
        {
            return [];
        }

        using var scope = NewDisposeScope();
        int[] ids = [.. prompt, .. continuation.SkipLast(1).Select(choice => choice.Token)];
        var states = model.Hidden(new ModelInput { InputIds = Ids(model, ids) });
        return model.Logits(states.narrow(1, prompt.Length - 1, continuation.Count)).argmax(-1).flatten().cpu()
            .data<long>().ToArray();
    }

    private static List<(int Token, double Margin)> Greedy(CausalLanguageModel model, int[] prompt, int count)
    {
        using var cache = new KeyValueCache(
            model.Config, 1, Math.Min(model.Config.MaxPositions, prompt.Length + count), model.DType, model.Device);
        var (tokens, next) = (new List<(int Token, double Margin)>(count), prompt);
        // Behind the context there is nothing to compare.
        while (tokens.Count < count && prompt.Length + tokens.Count < model.Config.MaxPositions)
        {
            using var scope = NewDisposeScope();
            var states = model.Hidden(new ModelInput { InputIds = Ids(model, next), Cache = cache });
            var logits = model.Logits(states.narrow(1, states.size(1) - 1, 1)).flatten();
            var (values, ids) = logits.topk(2);
            var largest = Math.Max(1e-9, logits.abs().max().item<float>());
            tokens.Add(((int)ids[0].item<long>(), (values[0] - values[1]).item<float>() / largest));
            next = [tokens[^1].Token];
        }

        return tokens;
    }

    /// <summary>What the prompts so far have shown.</summary>
    private readonly record struct Sums(
        int Prompts, long Positions, double Difference, double Divergence, long Agreeing, int Equal, double Margin)
    {
        public Sums With(Tensor one, Tensor other, double? flipped)
        {
            // A comparison with NaN is false, so a difference that is no number must fail by itself.
            var largest = (one - other).abs().max().item<float>() / Math.Max(1e-9, one.abs().max().item<float>());
            var (left, right) = (one.log_softmax(-1), other.log_softmax(-1));
            return new(
                Prompts + 1,
                Positions + one.size(1),
                double.IsNaN(largest) ? double.PositiveInfinity : Math.Max(Difference, largest),
                Divergence + (left.exp() * (left - right)).sum().item<float>(),
                Agreeing + one.argmax(-1).eq(other.argmax(-1)).sum().item<long>(),
                Equal + (flipped is null ? 1 : 0),
                Math.Max(Margin, flipped ?? 0));
        }
    }
}
