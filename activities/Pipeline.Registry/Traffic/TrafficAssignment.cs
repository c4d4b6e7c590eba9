using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Registry.Traffic;

/// <summary>
/// Gives each client key an arm. A pure function of key and state, so a restart or another replica changes nothing.
/// </summary>
/// <remarks>
/// A key keeps its position for a whole rollout; raising the share moves keys to the candidate and never back.
/// </remarks>
public static class TrafficAssignment
{
    /// <summary>The arm that answers a client.</summary>
    /// <param name="state">Traffic of the alias.</param>
    /// <param name="clientKey">Stable identity of the client, such as its id.</param>
    /// <param name="forced">Arm that an allowed header asks for; it needs a candidate to be obeyed.</param>
    /// <returns>The arm; shadow traffic is always answered by the stable one.</returns>
    public static TrafficArmName Choose(TrafficState state, string clientKey, TrafficArmName? forced = null)
    {
        if (state.Candidate is null || state.Shadow || forced == TrafficArmName.Stable)
        {
            return TrafficArmName.Stable;
        }

        return forced == TrafficArmName.Candidate || Position(state.Rollout, clientKey) < state.CandidatePercent
            ? TrafficArmName.Candidate
            : TrafficArmName.Stable;
    }

    /// <summary>Where a client key stands in a rollout.</summary>
    /// <param name="rollout">Name of the rollout.</param>
    /// <param name="clientKey">Identity of the client.</param>
    /// <returns>A percentage in [0, 100), evenly spread over keys.</returns>
    public static double Position(string rollout, string clientKey)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{rollout.Length}:{rollout}:{clientKey}"), digest);
        return (BinaryPrimitives.ReadUInt64BigEndian(digest) >> 11) * (100.0 / (1L << 53));
    }
}
