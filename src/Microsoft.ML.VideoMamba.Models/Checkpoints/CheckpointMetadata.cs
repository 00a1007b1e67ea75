using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>
/// What this library's own files say beside the tensors, as strings in the safetensors header: the configuration (scan order, stride and sizes cannot be
/// seen on the tensors) and the classes' names.
/// </summary>
public static class CheckpointMetadata
{
    /// <summary>Key of the configuration: <see cref="VideoMambaConfig"/>'s settable properties as JSON in snake_case, enumerations by name.</summary>
    public const string ConfigKey = "videomamba.config";

    /// <summary>Key of the labels: a JSON array of one name for each class.</summary>
    public const string LabelsKey = "videomamba.labels";

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        IgnoreReadOnlyProperties = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        AllowDuplicateProperties = false,
        // A setting that this version does not know could change every number.
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    /// <summary>The names of the classes, or null where the file has none.</summary>
    /// <exception cref="CheckpointException">They are not a JSON array of strings.</exception>
    public static IReadOnlyList<string>? ReadLabels(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var labels = Parse<string[]>(checkpoint, LabelsKey);
        if (labels is not null && Array.Exists(labels, label => label is null)) throw checkpoint.Refuse(LabelsKey, "a label is null");
        return labels;
    }

    /// <summary>The stored configuration, valid in itself, or null where the file has none. Whether it fits the tensors is <see cref="CheckpointConfig"/>'s part.</summary>
    internal static VideoMambaConfig? ReadConfig(Checkpoint checkpoint)
    {
        if (Parse<VideoMambaConfig>(checkpoint, ConfigKey) is not { } config) return null;
        try
        {
            config.Validate();
            return config;
        }
        catch (ArgumentException error)
        {
            throw new CheckpointException(checkpoint.Path, ConfigKey, error.Message, error);
        }
    }

    internal static Dictionary<string, string> Create(VideoMambaConfig? config, IReadOnlyList<string>? labels)
    {
        // "format" is what Python's safetensors readers look for.
        var metadata = new Dictionary<string, string> { ["format"] = "pt" };
        if (config is not null) metadata[ConfigKey] = JsonSerializer.Serialize(config, s_json);
        if (labels is not null) metadata[LabelsKey] = JsonSerializer.Serialize(labels, s_json);
        return metadata;
    }

    private static T? Parse<T>(Checkpoint checkpoint, string key)
        where T : class
    {
        if (!checkpoint.Metadata.TryGetValue(key, out string? json)) return null;
        try
        {
            return JsonSerializer.Deserialize<T>(json, s_json) ?? throw checkpoint.Refuse(key, "is null");
        }
        catch (JsonException error)
        {
            throw new CheckpointException(checkpoint.Path, key, $"cannot be read: {error.Message}", error);
        }
    }
}
