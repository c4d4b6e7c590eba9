using FluentValidation;

namespace Pipeline.Hosting.Configuration;

/// <summary>Ranges and relations of the settings.</summary>
internal sealed class SettingsValidator : AbstractValidator<PipelineSettings>
{
    public SettingsValidator()
    {
        RuleFor(settings => settings.Engine.Port).InclusiveBetween(1, 65535).WithName("engine.port");
        RuleFor(settings => settings.Engine.UiPort).InclusiveBetween(1, 65535).WithName("engine.uiPort");
        RuleFor(settings => settings.Engine.Namespace).NotEmpty().MaximumLength(255).WithName("engine.namespace");
        RuleFor(settings => settings.Engine.Address)
            .Must(IsHostAndPort).When(settings => settings.Engine.Address.Length > 0)
            .WithName("engine.address").WithMessage("'{PropertyName}' must be host:port; '{PropertyValue}' is not.");
        RuleFor(settings => settings.Engine.Tls.ClientKeyPath)
            .NotEmpty().When(settings => settings.Engine.Tls.ClientCertPath.Length > 0)
            .WithName("engine.tls.clientKeyPath")
            .WithMessage("'{PropertyName}' must be given together with engine.tls.clientCertPath.");
        RuleFor(settings => settings.Store.Path)
            .Must(IsSafeFolder).When(settings => settings.Store.Kind == StoreKind.Directory)
            .WithName("store.path")
            .WithMessage(
                "'{PropertyName}' must be a folder of its own; '{PropertyValue}' is a system folder, a home folder or "
                    + "holds source code.");
        RuleFor(settings => settings.Store.S3.Bucket)
            .NotEmpty().When(settings => settings.Store.Kind == StoreKind.S3)
            .WithName("store.s3.bucket").WithMessage("'{PropertyName}' must be set when store.kind is s3.");
        RuleFor(settings => settings.Store.S3.Concurrency).InclusiveBetween(1, 256).WithName("store.s3.concurrency");
        RuleForEach(settings => settings.Pools).ChildRules(pool =>
        {
            pool.RuleFor(entry => entry.Value.Queues).NotEmpty()
                .WithMessage(entry => $"'pools.{entry.Key}.queues' must name at least one task queue.");
            pool.RuleFor(entry => entry.Value.Slots).InclusiveBetween(1, 1000)
                .WithMessage(entry => Range($"pools.{entry.Key}.slots", 1, 1000, entry.Value.Slots));
            pool.RuleFor(entry => entry.Value.Processes).InclusiveBetween(0, 64)
                .WithMessage(entry => Range($"pools.{entry.Key}.processes", 0, 64, entry.Value.Processes));
            pool.RuleFor(entry => entry.Value.Threads).InclusiveBetween(0, 512)
                .WithMessage(entry => Range($"pools.{entry.Key}.threads", 0, 512, entry.Value.Threads));
        });
        RuleFor(settings => settings.Gateway.Port).InclusiveBetween(1, 65535).WithName("gateway.port");
        RuleFor(settings => settings.Gateway.MaxBatch).InclusiveBetween(1, 1024).WithName("gateway.maxBatch");
        RuleFor(settings => settings.Approval.Required).InclusiveBetween(1, 20).WithName("approval.required");
        RuleFor(settings => settings.Approval.Required)
            .Must((settings, required) => settings.Approval.Approvers.Count == 0
                || required <= settings.Approval.Approvers.Count)
            .WithName("approval.required")
            .WithMessage("'{PropertyName}' asks for more approvals than approval.approvers has names.");
        RuleForEach(settings => settings.Approval.Keys)
            .Must(entry => KeyProblem(entry).Length == 0).WithName("approval.keys")
            .WithMessage(
                (_, entry) =>
                    $"'approval.keys' has an entry that {KeyProblem(entry)}; the form is NAME=KEY with a P-256 key "
                        + "from `openssl pkey -in FILE -pubout -outform DER | base64 -w0`.");
        RuleFor(settings => settings.Approval.ExpireHours).InclusiveBetween(1, 8760).WithName("approval.expireHours");
        RuleFor(settings => settings.Judge.Url)
            .Must(text => Uri.TryCreate(text, UriKind.Absolute, out var uri)
                && (uri.Scheme == "https" || (uri.Scheme == "http" && uri.IsLoopback)))
            .When(settings => settings.Judge.Url.Length > 0)
            .WithName("judge.url").WithMessage("'{PropertyName}' must be an https URL; http is for this machine only.");
        RuleFor(settings => settings.Judge.Url)
            .Must((settings, text) => !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.IsLoopback
                || settings.Judge.Allow.Contains(uri.Host, StringComparer.OrdinalIgnoreCase))
            .When(settings => settings.Judge.Url.Length > 0)
            .WithName("judge.url").WithMessage(
                "'{PropertyName}' is another machine, which would see questions and answers; name its host in "
                    + "judge.allow when it may.");
        RuleFor(settings => settings.Judge.Model)
            .NotEmpty().When(settings => settings.Judge.Url.Length > 0)
            .WithName("judge.model").WithMessage("'{PropertyName}' must be given together with judge.url.");
        RuleFor(settings => settings.Retention.Checkpoints).InclusiveBetween(1, 1000).WithName("retention.checkpoints");
        RuleFor(settings => settings.Retention.LogDays).InclusiveBetween(1, 3650).WithName("retention.logDays");
        RuleFor(settings => settings.Telemetry.OtlpEndpoint)
            .Must(text => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
            .When(settings => settings.Telemetry.OtlpEndpoint.Length > 0)
            .WithName("telemetry.otlpEndpoint").WithMessage("'{PropertyName}' must be an http or https URL.");
    }

    private static string KeyProblem(string entry)
    {
        var parts = entry.Split('=', 2);
        if (parts.Length != 2 || parts[0].Trim().Length == 0)
        {
            return "names nobody";
        }

        try
        {
            using var key = System.Security.Cryptography.ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(parts[1].Trim()), out _);
            return key.KeySize == 256 ? "" : $"holds a key of {key.KeySize} bits for '{parts[0].Trim()}'";
        }
        catch (Exception exception)
            when (exception is FormatException or System.Security.Cryptography.CryptographicException)
        {
            return $"holds no public key for '{parts[0].Trim()}'";
        }
    }

    private static string Range(string path, int from, int to, int value) =>
        $"'{path}' must be between {from} and {to}. You entered {value}.";

    private static bool IsHostAndPort(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && int.TryParse(text[(colon + 1)..], out var port) && port is > 0 and < 65536
            && !text.Contains('/', StringComparison.Ordinal);
    }

    // A store inside the source tree is fine under .pipeline only; deleting a run must never be able to delete sources
    // or a home.
    private static bool IsSafeFolder(string path)
    {
        if (path.Length == 0 || path.StartsWith('~'))
        {
            return false;
        }

        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var home = Path.TrimEndingDirectorySeparator(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
        var resolved = Directory.Exists(full)
            ? Directory.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full : full;
        return resolved.Length > 1 && resolved != home && resolved.Count(c => c == '/') > 1 &&
            !File.Exists(Path.Combine(resolved, "Pipeline.sln")) && !Directory.Exists(Path.Combine(resolved, ".git"));
    }
}
