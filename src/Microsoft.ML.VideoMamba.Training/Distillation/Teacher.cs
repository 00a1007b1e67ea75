using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Distillation;

/// <summary>A frozen model that another one learns from. It owns the model.</summary>
public sealed class Teacher : IDisposable
{
    private readonly VideoMambaModel _model;

    /// <summary>Freezes a model.</summary>
    /// <param name="model">Any smaller VideoMamba; it is put into evaluation mode, its parameters lose their gradients, and it is disposed with this.</param>
    public Teacher(VideoMambaModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _model.eval();
        foreach (var parameter in _model.parameters()) parameter.requires_grad = false;
    }

    /// <summary>The teacher's network.</summary>
    public VideoMambaConfig Config => _model.Config;

    /// <summary>Loads a checkpoint as a teacher for clips of a student's: where frames or size differ, its positions are resized.</summary>
    /// <param name="checkpoint">The file.</param>
    /// <param name="student">The student's network.</param>
    /// <param name="device">Where it runs: where the student is.</param>
    /// <exception cref="CheckpointException">The file cannot be read, or is no VideoMamba.</exception>
    /// <exception cref="ArgumentException">One is for images and the other for clips.</exception>
    public static Teacher Load(string checkpoint, VideoMambaConfig student, Device? device = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(checkpoint);
        ArgumentNullException.ThrowIfNull(student);
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var file = Checkpoint.Open(checkpoint);
        var model = new VideoMambaModel(ConfigOf(file, student));
        try
        {
            CheckpointLoader.Load(model, file);
            if (device is not null) model.to(device);
        }
        catch
        {
            model.Dispose();
            throw;
        }

        scope.Detach(model.parameters());
        return new Teacher(model);
    }

    /// <summary>Checks that a student can follow the teacher that the options name, without loading it.</summary>
    /// <param name="student">The student's network.</param>
    /// <param name="options">How it follows.</param>
    /// <exception cref="CheckpointException">The teacher cannot be read.</exception>
    /// <exception cref="ArgumentException">It cannot: the message says what differs.</exception>
    public static void CheckFits(VideoMambaConfig student, DistillationOptions options)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        using var file = Checkpoint.Open(options.Teacher);
        CheckFits(ConfigOf(file, student), student, options);
    }

    /// <summary>Checks that a student can follow a teacher.</summary>
    /// <param name="teacher">The teacher's network, for the student's clips.</param>
    /// <param name="student">The student's.</param>
    /// <param name="options">How it follows.</param>
    /// <exception cref="ArgumentException">It cannot: the message says what differs.</exception>
    public static void CheckFits(VideoMambaConfig teacher, VideoMambaConfig student, DistillationOptions options)
    {
        ArgumentNullException.ThrowIfNull(teacher);
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if ((teacher.IsVideo, teacher.Frames, teacher.Height, teacher.Width, teacher.Channels) != (student.IsVideo, student.Frames, student.Height, student.Width, student.Channels))
        {
            throw new ArgumentException($"The teacher takes {Described(teacher)}, the student {Described(student)}.", nameof(student));
        }

        if (options.FollowsClasses && teacher.Classes != student.Classes) throw new ArgumentException($"The teacher knows {teacher.Classes} classes, the student {student.Classes}: class scores cannot be followed.", nameof(student));
        if (!options.FollowsClasses && teacher.SequenceLength != student.SequenceLength)
        {
            throw new ArgumentException($"The teacher makes {teacher.SequenceLength} tokens of a clip, the student {student.SequenceLength}: patch and tubelet must be the same, or class scores be followed instead.", nameof(student));
        }
    }

    /// <summary>The teacher's normed tokens.</summary>
    /// <param name="clips">As the model takes them.</param>
    /// <returns>(batch, tokens, width), float32, without a graph.</returns>
    public Tensor Tokens(Tensor clips)
    {
        using var noGradients = no_grad();
        return _model.Embed(clips, Pooling.Tokens);
    }

    /// <summary>The teacher's class scores.</summary>
    /// <param name="clips">As the model takes them.</param>
    /// <returns>(batch, classes), float32, without a graph.</returns>
    public Tensor Logits(Tensor clips)
    {
        using var noGradients = no_grad();
        return _model.forward(clips);
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    private static VideoMambaConfig ConfigOf(Checkpoint checkpoint, VideoMambaConfig student)
    {
        var stored = CheckpointConfig.Read(checkpoint);
        if (stored.IsVideo != student.IsVideo) throw new ArgumentException($"{checkpoint.Path} is for {(stored.IsVideo ? "clips" : "images")}, the student for {(student.IsVideo ? "clips" : "images")}.", nameof(checkpoint));
        return stored with { Frames = student.Frames, Height = student.Height, Width = student.Width };
    }

    private static string Described(VideoMambaConfig config) => $"{(config.IsVideo ? $"{config.Frames} frames" : "images")} of {config.Height}x{config.Width}";
}
