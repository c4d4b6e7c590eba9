using System.Net.Http.Headers;
using Pipeline.Activities.Deployment;
using Pipeline.Activities.Evaluation;
using Pipeline.Activities.Running;
using Pipeline.Activities.Storage;
using Pipeline.Evaluation.Judge;
using Pipeline.Evaluation.Results;
using Pipeline.Registry.Models;
using Pipeline.Workflows;
using Pipeline.Workflows.Contracts;
using Temporalio.Activities;
using Temporalio.Exceptions;

namespace Pipeline.Activities.Monitoring;

/// <summary>Looks after what serves, as activities.</summary>
/// <param name="registry">The model registry.</param>
/// <param name="records">What versions were made of.</param>
/// <param name="artifacts">Local folders.</param>
/// <param name="gateways">Gateways.</param>
/// <param name="judge">Where the judge answers.</param>
public sealed class MonitoringActivities(
    ModelRegistry registry, ServingRecords records, LocalArtifacts artifacts, GatewayConnection gateways,
    JudgeEndpoint judge) : IMonitoringActivities
{
    private const int AnswerTokens = 64;
    private const double GoodMark = 5;

    /// <inheritdoc/>
    [Activity]
    public async Task<ServingRecord> FindServingAsync(AliasName alias)
    {
        ArgumentNullException.ThrowIfNull(alias);
        var cancellation = ActivityExecutionContext.Current.CancellationToken;
        var state = await registry.StateAsync(alias.Name, cancellation);
        return state.Aliases.TryGetValue(alias.Alias, out var version)
            ? await records.ReadAsync(alias.Name, version, cancellation)
            : throw new ApplicationFailureException(
                $"the alias '{alias.Alias}' of '{alias.Name}' names no version", ErrorTypes.NotFound,
                nonRetryable: true);
    }

    /// <inheritdoc/>
    [Activity]
    public async Task<DriftResult> RecordDriftAsync(DriftInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var pulse = new ActivityPulse();
        var then = ResultsJson.Load(
            Path.Combine(
                await artifacts.OpenAsync(input.Serving.Evaluation, pulse.Stop), EvaluationActivities.ResultsFile));
        var before = EvaluationActivities.Metrics(then);
        var compared = input.Now.Metrics.Where(metric => !EvaluationTasks.IsProbe(metric.Name))
            .Select(now => (Now: now, Then: before.FirstOrDefault(old => old.Name == now.Name))).ToList();

        // A metric that is gone counts as dropped: no number is below any bound.
        var drifted = compared.Count < before.Count(metric => !EvaluationTasks.IsProbe(metric.Name))
            || compared.Any(
                pair => !(100 * ((pair.Then?.Value ?? double.NaN) - pair.Now.Value) <= input.MaxDropPoints));
        var text =
            string.Join("; ", compared.Select(pair => $"{pair.Now.Name} {pair.Then?.Value:P1} → {pair.Now.Value:P1}"));
        var key = await records.AddAsync(
            input.Serving.Version, "drift", input.At,
            new { input.At, drifted, text, input.Serving.Evaluation, now = input.Now.Report, input.MaxDropPoints },
            pulse.Stop);
        return new DriftResult(drifted, text, key);
    }

    /// <inheritdoc/>
    [Activity]
    public async Task<JudgeResult> JudgeAnswersAsync(JudgeAnswersInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var pulse = new ActivityPulse();
        using var client = Client(input.Serving.Version.Name);
        var rows =
            EvaluationTasks.HeldOut(await artifacts.OpenAsync(input.Serving.Dataset, pulse.Stop)).Questions.ToList();
        var draw = new Random((int)(input.Seed & int.MaxValue));
        var answers = new List<(JudgeQuestion Question, IReadOnlyList<string> Answers, bool Right)>();
        foreach (var row in rows.OrderBy(_ => draw.Next()).Take(input.Answers))
        {
            var given = await gateways.AskAsync(
                gateways.Addresses[0], input.Serving.Version.Name, row.Text, $"judge-{row.Id}", AnswerTokens,
                pulse.Stop);
            if (given.Failed)
            {
                throw new HttpRequestException($"{input.Serving.Version.Name} did not answer: {given.Error}");
            }

            answers.Add(
                (new JudgeQuestion(row.Id, "held-out", [row.Text], [row.Target]), [given.Text], given.Text
                    == row.Target));
            pulse.Report(new ActivityProgress("judge", answers.Count, input.Answers, "answers"));
        }

        var marks = await new JudgeBench(new OpenAiChatModel(client, judge.Model)).MarkAsync(
            input.Serving.Version.Name, [.. answers.Select(answer => (answer.Question, answer.Answers))], pulse.Stop);
        var readable = marks.Marks.Zip(answers).Where(pair => pair.First.Mark is not null).ToList();
        var agreement = readable.Count == 0 ? double.NaN
            : (double)readable.Count(pair => pair.First.Mark > GoodMark == pair.Second.Right) / readable.Count;
        var key = await records.AddAsync(
            input.Serving.Version, "judge", input.At,
            new
            {
                marks.Judge,
                host = new Uri(judge.Url).Host,
                marks.PromptDigest,
                mean = marks.Mean,
                agreement,
                answers = marks.Marks.Zip(answers)
                .Select(pair =>
                    new
                    {
                        pair.Second.Question,
                        pair.Second.Answers,
                        pair.Second.Right,
                        pair.First.Mark,
                        pair.First.Tries
                    })
            },
            pulse.Stop);
        return new JudgeResult(marks.Judge, marks.Mean, readable.Count, marks.Unreadable, agreement, key);
    }

    private HttpClient Client(string judged)
    {
        if (judge.Url.Length == 0 || judge.Model == judged)
        {
            throw new ApplicationFailureException(
                judge.Url.Length == 0
                    ? "no judge is configured; set judge.url and judge.model"
                    : $"'{judged}' may not judge itself; set another judge.model", ErrorTypes.InvalidRecipe,
                        nonRetryable: true);
        }

        var client = new HttpClient { BaseAddress = new Uri(judge.Url.EndsWith('/') ? judge.Url : judge.Url + "/") };
        if (judge.Key.Length > 0)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", judge.Key);
        }

        return client;
    }
}
