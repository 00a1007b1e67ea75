using System.Text.Encodings.Web;
using System.Text.Json;

namespace Microsoft.ML.VideoMamba.Cli.Outputs;

/// <summary>Results for machines: one JSON object a line.</summary>
internal static class JsonLines
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        // Names of files and labels in any script stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Serialises a row with the names that its members carry.</summary>
    public static string Line<T>(T row) => JsonSerializer.Serialize(row, s_options);
}
