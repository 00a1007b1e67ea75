using System.Text.Json;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>The recipe that a trial trains by.</summary>
internal static class TrialRecipe
{
    /// <summary>A recipe with some of its fields changed. Where that leads to a checkpoint, the network's shape is read off it.</summary>
    /// <param name="recipe">What all trials start from.</param>
    /// <param name="values">The trial's own values, by field.</param>
    /// <exception cref="RecipeException">A field is unknown or wrong, or a value is out of its range.</exception>
    /// <exception cref="IOException">The checkpoint or the teacher cannot be read.</exception>
    public static Recipe Of(Recipe recipe, IReadOnlyDictionary<string, JsonElement> values)
    {
        var fields = RecipeFields.Of(recipe);
        foreach (var (name, value) in values) fields.Set(name, value);
        var changed = fields.ToRecipe();
        if (changed.Distillation is { } taught && !File.Exists(taught.Teacher)) throw new FileNotFoundException($"{taught.Teacher}: no such file.", taught.Teacher);
        return changed.Checkpoint is null ? changed : changed with { Model = OfCheckpoint(changed.Model, changed.Checkpoint) };
    }

    private static RecipeModel OfCheckpoint(RecipeModel asked, string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: no such file.", path);
        using var file = Checkpoint.Open(path);
        var stored = CheckpointConfig.Read(file);
        string arch = stored.PresetName ?? VideoMambaConfig.Presets.FirstOrDefault(preset => preset.Value.EmbedDim == stored.EmbedDim).Key
            ?? throw new CheckpointException(path, null, $"a network of width {stored.EmbedDim} is none of {string.Join(", ", VideoMambaConfig.Presets.Keys)}");
        return asked with { Arch = arch, Depth = stored.Depth, Patch = stored.PatchSize, Tubelet = stored.IsVideo ? stored.Tubelet : asked.Tubelet, ScanOrder = stored.ScanOrder };
    }
}
