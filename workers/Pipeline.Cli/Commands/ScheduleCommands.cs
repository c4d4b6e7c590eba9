using System.CommandLine;
using Pipeline.Cli.Runs;
using Pipeline.Workflows;
using Pipeline.Workflows.Inputs;
using Pipeline.Workflows.Monitoring;
using Temporalio.Client;
using Temporalio.Client.Schedules;
using Temporalio.Exceptions;

namespace Pipeline.Cli.Commands;

/// <summary><c>./pipeline schedule</c>: looks after what serves, again and again.</summary>
internal static class ScheduleCommands
{
    private static readonly Option<string> Name = new("--name")
    {
        Description = "adapter that serves",
        DefaultValueFactory = _ => new ReevaluateInput().Name,
    };
    private static readonly Option<TimeSpan> Every = new("--every")
    {
        Description = "interval as days.hours:minutes:seconds",
        DefaultValueFactory = _ => TimeSpan.FromDays(1),
    };
    private static readonly Option<string?> Retrain = new("--retrain")
    {
        Description = "recipe of the run that an alarm starts; left out, there is only the alarm",
    };
    private static readonly Option<int> Answers = new("--answers")
    {
        Description = "answers to judge each time",
        DefaultValueFactory = _ => new JudgeInput().Answers,
    };
    private static readonly Option<double> MaxDrop = new("--max-drop")
    {
        Description = "points that a score may drop; below zero it must rise",
        DefaultValueFactory = _ =>
            new ReevaluateInput().MaxDropPoints,
    };
    private static readonly Option<double> MinMark = new("--min-mark")
    {
        Description = "mean mark, 1 to 10, below which the alarm is raised",
        DefaultValueFactory = _ =>
            new JudgeInput().MinMark,
    };
    private static readonly Argument<string> Id = new("id") { Description = "id of the schedule" };

    public static Command Create() =>
        new("schedule", "evaluate or judge what serves, again and again") { Reevaluate(), Judge(), List(), Now(),
            Show(), Remove() };

    private static Command Reevaluate()
    {
        var command = new Command("reevaluate", "evaluate what serves on the questions that it was promoted on") { Name,
            Every, Retrain, MaxDrop };
        command.SetAction((parsed, _) => WithAsync(parsed, client =>
        {
            var input = new ReevaluateInput
            {
                Name = parsed.GetRequiredValue(Name),
                MaxDropPoints = parsed.GetValue(MaxDrop),
                Retrain = InputOf(parsed),
            };
            var id = $"reevaluate:{input.Name}";
            return PutAsync(
                parsed, client, id, parsed.GetValue(Every),
                ScheduleActionStartWorkflow.Create(
                    (ReevaluateWorkflow wf) => wf.RunAsync(input), new(id, TaskQueues.Pipeline)));
        }));
        return command;
    }

    private static Command Judge()
    {
        var command = new Command("judge", "let the judge of the settings mark a sample of answers") { Name, Every,
            Retrain, Answers, MinMark };
        command.SetAction((parsed, _) => WithAsync(parsed, client =>
        {
            var input = new JudgeInput
            {
                Name = parsed.GetRequiredValue(Name),
                Answers = parsed.GetValue(Answers),
                MinMark = parsed.GetValue(MinMark),
                Retrain = InputOf(parsed),
            };
            var id = $"judge:{input.Name}";
            return PutAsync(
                parsed, client, id, parsed.GetValue(Every),
                ScheduleActionStartWorkflow.Create(
                    (JudgeWorkflow wf) => wf.RunAsync(input), new(id, TaskQueues.Pipeline)));
        }));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "every schedule with its next time");
        command.SetAction((parsed, _) => WithAsync(parsed, async client =>
        {
            var rows = await client.ListSchedulesAsync()
                .Select(one =>
                    new { one.Id, next = one.Info?.NextActionTimes.Select(time => (DateTime?)time).FirstOrDefault() })
                .ToListAsync();
            Output.Write(
                parsed, rows,
                string.Join(
                    '\n', rows.Select(row => $"{row.Id}  next {(row.next is { } next ? $"{next:u}" : "never")}")
                        .DefaultIfEmpty("no schedule; ./pipeline schedule reevaluate makes one")));
        }));
        return command;
    }

    private static Command Now()
    {
        var command = new Command("now", "act once, outside the times") { Id };
        command.SetAction((parsed, _) => WithAsync(parsed, async client =>
        {
            var id = parsed.GetRequiredValue(Id);
            await client.GetScheduleHandle(id).TriggerAsync();
            Output.Write(parsed, new { id, started = true },
                $"{id} acts now; ./pipeline schedule show {id} tells what came out");
        }));
        return command;
    }

    private static Command Show()
    {
        var command = new Command("show", "what the last times found out") { Id };
        command.SetAction((parsed, cancellation) => WithAsync(parsed, async client =>
        {
            var rows = await ScheduleResults.ReadAsync(client, parsed.GetRequiredValue(Id), cancellation);
            Output.Write(
                parsed, rows,
                string.Join(
                    '\n', rows.Select(row => $"{row.At:u}  {row.Outcome,-9}  {row.Text}")
                        .DefaultIfEmpty("it has not acted yet")));
        }));
        return command;
    }

    private static Command Remove()
    {
        var command = new Command("remove", "end a schedule") { Id };
        command.SetAction((parsed, _) => WithAsync(parsed, async client =>
        {
            var id = parsed.GetRequiredValue(Id);
            await client.GetScheduleHandle(id).DeleteAsync();
            Output.Write(parsed, new { id, removed = true }, $"{id} is removed");
        }));
        return command;
    }

    private static FineTuneInput? InputOf(ParseResult parsed) =>
        parsed.GetValue(Retrain) is { } recipe ? RunInputFile.Read(recipe, Owner.Name) : null;

    // A schedule that is there already gets the new action and the new interval.
    private static async Task PutAsync(
        ParseResult parsed, ITemporalClient client, string id, TimeSpan every, ScheduleActionStartWorkflow action)
    {
        if (every < TimeSpan.FromSeconds(1))
        {
            throw new ArgumentException("--every must be at least a second, e.g. 1.00:00:00 for a day", nameof(every));
        }

        var schedule = new Schedule(action, new ScheduleSpec { Intervals = [new ScheduleIntervalSpec(every)] });
        try
        {
            await client.CreateScheduleAsync(id, schedule);
        }
        catch (ScheduleAlreadyRunningException)
        {
            await client.GetScheduleHandle(id).UpdateAsync(_ => new ScheduleUpdate(schedule));
        }

        Output.Write(parsed, new { id, every }, $"{id} every {every}; ./pipeline schedule now {id} acts at once");
    }

    private static async Task<int> WithAsync(ParseResult parsed, Func<ITemporalClient, Task> act)
    {
        var (settings, _) = CommonOptions.Load(parsed);
        try
        {
            await act((await RunClient.ConnectAsync(settings)).Client);
            return ExitCodes.Ok;
        }
        catch (RpcException exception) when (exception.Code == RpcException.StatusCode.NotFound)
        {
            return await CommandLine.FailAsync(
                "there is no such schedule; ./pipeline schedule list names them", ExitCodes.BadInput);
        }
    }
}
