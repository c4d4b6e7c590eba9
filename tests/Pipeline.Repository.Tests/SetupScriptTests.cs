using System.Diagnostics;

namespace Pipeline.Repository.Tests;

/// <summary>
/// Set-up on machines that lack something: a copy of the scripts, and a PATH that holds only what the test puts there.
/// </summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class SetupScriptTests : IDisposable
{
    private static readonly string[] Commands =
    [
        "awk", "cat", "cut", "date", "df", "dirname", "env", "find", "grep", "head", "ls", "mkdir", "mv", "nproc",
        "readlink", "rm", "sed", "sh", "sort",
        "tail", "touch", "tr",
    ];

    private readonly TempDirectory _folder = new();

    public SetupScriptTests()
    {
        foreach (var name in new[] { "pipeline", "Directory.Packages.props", "infra/bootstrap/doctor.sh",
            "infra/bootstrap/environment.sh", "infra/bootstrap/requirements.sh", "infra/bootstrap/help.txt" })
        {
            var target = _folder.Combine("checkout", name);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!); // the path has a folder
            File.Copy(Path.Combine(SourceFiles.Root, name), target);
        }

        Directory.CreateDirectory(_folder.Combine("bin"));
        foreach (var name in Commands)
        {
            var found = Environment.GetEnvironmentVariable("PATH")!.Split(':')
                .Select(folder => Path.Combine(folder, name)).First(File.Exists);
            File.CreateSymbolicLink(_folder.Combine("bin", name), found);
        }

        Stub("dotnet", "[ \"$1\" = --version ] && echo 10.0.100; exit 0");
        Stub("node", "[ \"$1\" = -p ] && echo 20 || echo v20.0.0");
        Stub("npm", "exit 0");
        Stub("id", "echo 0");
        // Knows the sizes, and installs by making the command appear.
        Stub("apt-get", $"""
            echo "$*" >> '{_folder.Combine("apt.log")}'
            case "$*" in
              *print-uris*) echo "'http://mirror/g++.deb' g++.deb 12000000 SHA256:0" ;;
              *' install '*|install*) for name in g++ cmake; do printf '#!/bin/sh\n' > '{_folder.Combine("bin")}'/$name; chmod +x '{_folder.Combine("bin")}'/$name; done ;;
            esac
            """);
        File.CreateSymbolicLink(
            _folder.Combine("bin", "chmod"), File.Exists("/bin/chmod") ? "/bin/chmod" : "/usr/bin/chmod");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task NoInstall_SomethingMissing_ListsItWithTheReasonAndInstallsNothing()
    {
        var (code, output) = await RunAsync("setup", "--no-install");
        code.ShouldBe(8, output);
        output.ShouldContain("g++: compiles the native tensor layer");
        File.Exists(_folder.Combine("apt.log")).ShouldBeFalse();
    }

    [Fact]
    public async Task Setup_AsRoot_SaysWhatWhyAndHowLargeAndInstallsOnce()
    {
        var (code, output) = await RunAsync("setup");
        code.ShouldBe(0, output);
        output.ShouldContain("about to install");
        output.ShouldContain("cmake: builds the native tensor layer");
        output.ShouldContain("download size: 12 MB");
        var calls =
            (await File.ReadAllLinesAsync(_folder.Combine("apt.log"), TestContext.Current.CancellationToken)).Length;
        (await RunAsync("setup")).Code.ShouldBe(0);
        (await File.ReadAllLinesAsync(_folder.Combine("apt.log"), TestContext.Current.CancellationToken)).Length
            .ShouldBe(calls);
    }

    [Fact]
    public async Task Setup_OrdinaryUserWithoutSudo_SaysWhatToRunAsRoot()
    {
        Stub("id", "echo 1000");
        var (code, output) = await RunAsync("run");
        code.ShouldBe(8, output);
        output.ShouldContain("run as root once: apt-get install");
        output.ShouldContain("g++");
    }

    [Fact]
    public async Task Setup_SudoAsksForAPassword_SaysWhatToRunAndDoesNotWait()
    {
        Stub("id", "echo 1000");
        Stub("sudo", "echo 'sudo: a password is required' >&2; exit 1");
        var (code, output) = await RunAsync("test");
        code.ShouldBe(8, output);
        output.ShouldContain("sudo apt-get install");
    }

    [Fact]
    public async Task Setup_SudoWithoutPassword_InstallsThroughIt()
    {
        Stub("id", "echo 1000");
        Stub("sudo", "[ \"$1\" = -n ] && shift; [ \"$1\" = true ] && exit 0; exec \"$@\"");
        var (code, output) = await RunAsync("setup");
        code.ShouldBe(0, output);
    }

    [Theory]
    [InlineData("update", "the package lists could not be read")]
    [InlineData("install", "apt-get could not install")]
    public async Task Setup_NoNetwork_NamesThePackagesAndWhatToDo(string step, string expected)
    {
        Stub("apt-get",
            $"case \"$*\" in *print-uris*) ;; *{step}*) echo 'E: Failed to fetch http://mirror/g++.deb Could not "
                + $"connect to proxy' >&2; exit 100 ;; esac");
        var (code, output) = await RunAsync("run");
        code.ShouldBe(4, output);
        output.ShouldContain(expected);
        output.ShouldContain("g++ cmake");
        output.ShouldContain("check the network");
        output.ShouldContain("Failed to fetch http://mirror/g++.deb");
    }

    [Fact]
    public async Task Setup_NoAptGet_SaysSo()
    {
        File.Delete(_folder.Combine("bin", "apt-get"));
        var (code, output) = await RunAsync("setup");
        code.ShouldBe(8, output);
        output.ShouldContain("install these with your package manager");
    }

    [Theory]
    [InlineData("dotnet", ".NET 10 SDK is missing")]
    [InlineData("node", "Node.js 20 with npm is missing")]
    public async Task AnyVerb_WithoutTheToolchain_SaysWhatIsMissing(string program, string expected)
    {
        File.Delete(_folder.Combine("bin", program));
        var (code, output) = await RunAsync("run");
        code.ShouldBe(8, output);
        output.ShouldContain(expected);
    }

    private void Stub(string name, string body)
    {
        var path = _folder.Combine("bin", name);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    // No terminal, no HOME, an odd locale, another folder, and a standard input that is closed rather than empty.
    private async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "/bin/sh", ["-c", "exec \"$@\" <&-", "sh", _folder.Combine("checkout", "pipeline"), .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = "/",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = _folder.Combine("bin");
        start.Environment["LC_ALL"] = "ja_JP.EUC-JP";
        start.Environment["LIBTORCH"] = _folder.Path; // taken as installed, so that only compiler and cmake are missing
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }
}
