using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Workflows.Approvals;

/// <summary>Signs decisions: ECDSA over P-256 and SHA-256, as <c>openssl dgst -sha256 -sign</c> does it.</summary>
/// <remarks>
/// The signed text names run, gate, digest, answer, person and reason, so a signature is of no use anywhere else.
/// </remarks>
public static class DecisionSignature
{
    /// <summary>The text that is signed.</summary>
    /// <param name="workflowId">Id of the run's workflow.</param>
    /// <param name="request">What is awaited.</param>
    /// <param name="verdict">approved, rejected or waived.</param>
    /// <param name="input">Who and why; its digest may be short, the request's whole digest is signed.</param>
    /// <returns>Seven lines, without a line feed after the last one.</returns>
    public static string TextOf(string workflowId, ApprovalRequest request, string verdict, DecisionInput input)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(input);
        return string.Join(
            '\n', "pipeline-decision/1", workflowId, request.Gate, request.Digest, verdict, input.By, input.Reason);
    }

    /// <summary>Signs a text.</summary>
    /// <param name="privateKeyPem">Private key, PEM.</param>
    /// <param name="text">The text.</param>
    /// <returns>Signature in DER, Base64.</returns>
    /// <exception cref="ArgumentException">The text is no private key of an elliptic curve.</exception>
    public static string Sign(string privateKeyPem, string text)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(privateKeyPem);
        return Convert.ToBase64String(
            key.SignData(
                Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    /// <summary>Checks a signature.</summary>
    /// <param name="publicKey">Public key, SubjectPublicKeyInfo in Base64.</param>
    /// <param name="text">The text.</param>
    /// <param name="signature">Signature in DER, Base64.</param>
    /// <returns>True when the key signed exactly this text.</returns>
    public static bool IsValid(string publicKey, string text, string signature)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(publicKey), out _);
            return key.VerifyData(Encoding.UTF8.GetBytes(text), Convert.FromBase64String(signature),
                HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            return false;
        }
    }
}
