using System.Text;
using System.Text.Json;

namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>On which line of a JSON text the fields of its two outer levels stand.</summary>
internal sealed class FieldLines
{
    private readonly Dictionary<string, int> _lines = [];

    /// <param name="json">Text that is JSON, with comments.</param>
    public FieldLines(string json)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        string outer = "";
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth > 2) continue;
            string name = reader.GetString()!;
            int line = 1 + bytes.AsSpan(0, (int)reader.TokenStartIndex).Count((byte)'\n');
            if (reader.CurrentDepth == 1) outer = name;
            _lines.TryAdd(reader.CurrentDepth == 1 ? name : Inner(outer, name), line);
        }
    }

    /// <summary>The line, from 1, of a field of the outer object, or of a field of that field; null if it is not there.</summary>
    public int? Of(string outer, string? inner = null) => _lines.TryGetValue(inner is null ? outer : Inner(outer, inner), out int line) ? line : inner is null ? null : Of(outer);

    private static string Inner(string outer, string inner) => $"{outer}\n{inner}";
}
