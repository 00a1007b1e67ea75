using System.Text.Encodings.Web;
using System.Text.Json;

namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>A trial's values as text.</summary>
internal static class TrialValues
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An object with the parameters' names.</summary>
    public static string ToJson(IReadOnlyDictionary<string, JsonElement> values) => JsonSerializer.Serialize(values, s_json);
}
