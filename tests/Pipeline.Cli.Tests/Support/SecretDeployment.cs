using System.Diagnostics;
using System.Security.Cryptography;

namespace Pipeline.Cli.Tests.Support;

/// <summary>A deployment whose payloads are encrypted and whose settings file names keys of two approvers.</summary>
public sealed class SecretDeployment : CliDeployment
{
    public SecretDeployment()
    {
        this["PIPELINE_PAYLOAD_KEY"] = PayloadKey;
        var keys = new[] { "ada", "bob" }.Select(name => $"    - {name}={KeyOf(name)}");
        File.WriteAllText(Settings, $"approval:\n  keys:\n{string.Join('\n', keys)}\n");
    }

    public string PayloadKey { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>Path of the settings file.</summary>
    public string Settings => Folder("temporal.yaml");

    /// <summary>Path of somebody's private key.</summary>
    public string PrivateKey(string name) => Folder($"{name}.pem");

    // As the README says it, where openssl is there.
    private string KeyOf(string name)
    {
        if (!File.Exists("/usr/bin/openssl"))
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            File.WriteAllText(PrivateKey(name), key.ExportPkcs8PrivateKeyPem());
            return Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
        }

        OpenSsl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", PrivateKey(name));
        return Convert.ToBase64String(OpenSsl("pkey", "-in", PrivateKey(name), "-pubout", "-outform", "DER"));
    }

    private static byte[] OpenSsl(params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("/usr/bin/openssl", arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })
            ?? throw new InvalidOperationException("openssl did not start");
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, process.StandardError.ReadToEnd());
        return output.ToArray();
    }
}
