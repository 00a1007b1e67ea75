using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Training.Inference;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Benchmarks.Pipelines;

/// <summary>Clips in memory, and one network of random weights that scores them in three ways: called directly, by a prediction engine, and as a view.</summary>
internal sealed class ScoredClips : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("videomamba-bench-").FullName;
    private readonly MLContext _ml = new(seed: 1);
    private readonly ClipRow[] _rows;
    private readonly VideoMambaPredictor _predictor;
    private readonly PredictionEngine<ClipRow, ScoreRow> _engine;
    private readonly IDataView _scored;

    public ScoredClips(VideoMambaConfig config, int clips)
    {
        string checkpoint = Path.Combine(_folder, "weights.safetensors");
        using (var model = new VideoMambaModel(config)) CheckpointWriter.Save(model, checkpoint, null);
        _rows = [.. Enumerable.Range(0, clips).Select(seed => new ClipRow { Video = Noise(config, seed) })];
        _predictor = VideoMambaPredictor.Load(checkpoint, new PredictorOptions { Device = "cpu" });
        var data = _ml.Data.LoadFromEnumerable(_rows);
        var transformer = _ml.Transforms.ClassifyVideo(new() { Checkpoint = checkpoint, Device = "cpu", BatchSize = 1 }).Fit(data);
        _engine = _ml.Model.CreatePredictionEngine<ClipRow, ScoreRow>(transformer);
        _scored = transformer.Transform(data);
    }

    public void Directly()
    {
        foreach (var row in _rows) _predictor.Score([row.Video!]);
    }

    public void ByEngine()
    {
        foreach (var row in _rows) _engine.Predict(row);
    }

    public void AsView()
    {
        foreach (float[] _ in _scored.GetColumn<float[]>("Score"))
        {
            // Reading is the work.
        }
    }

    public void Dispose()
    {
        _engine.Dispose();
        _predictor.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static VideoClip Noise(VideoMambaConfig config, int seed)
    {
        var random = new Random(seed);
        byte[] Frame()
        {
            byte[] frame = new byte[config.Height * config.Width * 3];
            random.NextBytes(frame);
            return frame;
        }

        return new VideoClip($"clip {seed}", config.Height, config.Width, [.. Enumerable.Range(0, config.Frames).Select(_ => (ReadOnlyMemory<byte>)Frame())]);
    }

    /// <summary>What goes in.</summary>
    private sealed class ClipRow
    {
        [VideoType]
        public VideoClip? Video { get; set; }
    }

    /// <summary>What comes out.</summary>
    private sealed class ScoreRow
    {
        public float[] Score { get; set; } = [];
    }
}
