using System.IO.Compression;
using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Columns;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Networks;
using Microsoft.ML.VideoMamba.TestCommon;

namespace Microsoft.ML.VideoMamba.Tests;

/// <summary>Models in zips: what comes back, on which device, and what damaged ones say.</summary>
[TestClass]
public sealed class ModelZipTests
{
    private static readonly MLContext s_ml = new(seed: 1);
    private static readonly Lazy<byte[]> s_zip = new(() =>
    {
        using var stream = new MemoryStream();
        s_ml.Model.Save(TinyTrainer.Classifier(s_ml, change: options => options.Epochs = 2), TinyTrainer.Clips(s_ml).Schema, stream);
        return stream.ToArray();
    });

    [TestMethod]
    public void ComesBackBitByBit()
    {
        var clips = TinyTrainer.Clips(s_ml);
        var model = TinyTrainer.Classifier(s_ml);
        using var stream = new MemoryStream();
        s_ml.Model.Save(model, clips.Schema, stream);

        var loaded = new MLContext().Model.Load(stream, out _);

        var (before, after) = (Scores(model.Transform(clips)), Scores(loaded.Transform(clips)));
        for (int i = 0; i < before.Length; i++) CollectionAssert.AreEqual(before[i], after[i]);
        var transformer = (VideoMambaTransformer)((TransformerChain<ITransformer>)loaded).LastTransformer;
        CollectionAssert.AreEqual(model.LastTransformer.Epochs.ToArray(), transformer.Epochs.ToArray());
        CollectionAssert.AreEqual(model.LastTransformer.Labels!.ToArray(), transformer.Labels!.ToArray());
        Assert.AreEqual((model.LastTransformer.Config, model.LastTransformer.BestEpoch), (transformer.Config, transformer.BestEpoch));
        Assert.AreEqual(SchemaAssert.Describe(model.Transform(clips)), SchemaAssert.Describe(loaded.Transform(clips)));
    }

    [TestMethod]
    public void ARegressionComesBack()
    {
        var clips = s_ml.Data.LoadFromEnumerable(Enumerable.Range(0, 6).Select(i => new NumberedClipRow { Label = i, Video = TinyClips.Make(i % 3, i) }));
        var model = s_ml.Regression.Trainers.VideoMamba(TinyTrainer.Options()).Fit(clips);
        using var stream = new MemoryStream();
        s_ml.Model.Save(model, clips.Schema, stream);

        var loaded = new MLContext().Model.Load(stream, out _);

        CollectionAssert.AreEqual(model.Transform(clips).GetColumn<float>("Score").ToArray(), loaded.Transform(clips).GetColumn<float>("Score").ToArray());
    }

    [TestMethod]
    [DataRow(DataKind.SByte)]
    [DataRow(DataKind.UInt16)]
    [DataRow(DataKind.Int32)]
    [DataRow(DataKind.UInt64)]
    [DataRow(DataKind.Single)]
    [DataRow(DataKind.Double)]
    [DataRow(DataKind.String)]
    [DataRow(DataKind.Boolean)]
    public void ClassesKeepTheirNamesWhateverTheirType(DataKind kind)
    {
        var clips = s_ml.Data.LoadFromEnumerable(Enumerable.Range(0, 8).Select(i => new LabeledClipRow { Label = i % 2 == 0 ? "0" : "1", Video = TinyClips.Make(i % 2, i) }));
        var pipeline = s_ml.Transforms.Conversion.ConvertType("Label", outputKind: kind).Append(s_ml.Transforms.Conversion.MapValueToKey("Label"))
            .Append(s_ml.MulticlassClassification.Trainers.VideoMamba(TinyTrainer.Options(options => options.Epochs = 1)))
            .Append(s_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = pipeline.Fit(clips);
        using var stream = new MemoryStream();
        s_ml.Model.Save(model, clips.Schema, stream);

        var (before, after) = (model.Transform(clips), new MLContext().Model.Load(stream, out _).Transform(clips));

        Assert.AreEqual(SchemaAssert.Describe(before), SchemaAssert.Describe(after));
        var text = s_ml.Transforms.Conversion.ConvertType("PredictedLabel", outputKind: DataKind.String);
        CollectionAssert.AreEqual(text.Fit(before).Transform(before).GetColumn<string>("PredictedLabel").ToArray(), text.Fit(after).Transform(after).GetColumn<string>("PredictedLabel").ToArray());
    }

    [TestMethod]
    public void FallsBackToTheCpuWhereTheSavedDeviceIsNotHere()
    {
        var ml = new MLContext();
        var warnings = new List<string>();
        ml.Log += (_, e) =>
        {
            if (e.Kind == Runtime.ChannelMessageKind.Warning) lock (warnings) warnings.Add(e.RawMessage);
        };

        var loaded = Load(ml, Changed("Model.key", bytes => Replace(bytes, "\"Device\":\"cpu\"", "\"Device\":\"gpu\"")));

        Assert.AreEqual("cpu", loaded.Device);
        Assert.Contains("'gpu'", string.Join('\n', warnings));
        Assert.Contains("The CPU is used instead.", string.Join('\n', warnings));
    }

    [TestMethod]
    public void RefusesAGpuThatIsNotHereIfTheContextSaysSo()
    {
        var ml = new MLContext { GpuDeviceId = 97, FallbackToCpu = false };

        Assert.Contains("cuda:97", Assert.ThrowsExactly<ArgumentException>(() => TinyTrainer.Classifier(ml, change: options => options.Device = null)).Message);
        Assert.Contains("cuda:97", Message(() => Load(ml, s_zip.Value)));
        Assert.Contains("'cuda:98'", Assert.ThrowsExactly<ArgumentException>(() => TinyTrainer.Classifier(s_ml, change: options => options.Device = "cuda:98")).Message);
        Assert.Contains("'tpu'", Assert.ThrowsExactly<ArgumentException>(() => TinyTrainer.Classifier(s_ml, change: options => options.Device = "tpu")).Message);
    }

    [TestMethod]
    [DoNotParallelize]
    public void TheEnvironmentNamesTheDevice()
    {
        Environment.SetEnvironmentVariable(NetworkDevice.Variable, "cpu");
        try
        {
            Assert.AreEqual("cpu", TinyTrainer.Classifier(new MLContext { GpuDeviceId = 97, FallbackToCpu = false }, change: options => (options.Device, options.Epochs) = (null, 1)).LastTransformer.Device);
            Assert.AreEqual("cpu", Load(new MLContext { GpuDeviceId = 97, FallbackToCpu = false }, s_zip.Value).Device);
        }
        finally
        {
            Environment.SetEnvironmentVariable(NetworkDevice.Variable, null);
        }
    }

    [TestMethod]
    public void OutlivesTheDisposeScopeItIsMadeIn()
    {
        VideoMambaTransformer loaded, trained;
        byte[] zip = s_zip.Value;
        using (TorchSharp.torch.NewDisposeScope())
        {
            loaded = Load(new MLContext(), zip);
            trained = TinyTrainer.Classifier(s_ml, change: options => options.Epochs = 1).LastTransformer;
        }

        foreach (var model in new[] { loaded, trained }) Assert.HasCount(3, model.Transform(TinyTrainer.Clips(s_ml)).GetColumn<float[]>("Score").First());
    }

    [TestMethod]
    public void SaysWhatIsWrongWithADamagedZip()
    {
        Assert.Contains("weights.safetensors", Damaged("weights.safetensors", bytes => bytes[..(bytes.Length / 2)]));
        Assert.Contains("weights.safetensors", Damaged("weights.safetensors", _ => []));
        Assert.Contains("weights.safetensors", Damaged("weights.safetensors", bytes => Replace(bytes, "depth\\u0022:1"u8.ToArray(), "depth\\u0022:7"u8.ToArray())));
        Assert.Contains("weights.safetensors", Damaged("weights.safetensors", null));
        Assert.Contains("cannot be read", Damaged("Model.key", bytes => Replace(bytes, "{\"Task\"", "?\"Task\"")));
        Assert.Contains("damaged", Damaged("Model.key", bytes => Replace(bytes, "\"BatchSize\":4", "\"BatchSize\":0")));
        Assert.Contains("3 classes", Damaged("Model.key", bytes => Replace(bytes, "\"blue\",\"green\",\"red\"", "\"blue\",\"green , red\"")));
        Assert.Contains("3 classes", Damaged("Model.key", bytes => Replace(bytes, "\"Classification\"", "\"Regression\"    ")));
        Assert.Contains("Words", Damaged("Model.key", bytes => Replace(bytes, "\"Type\":\"String\"", "\"Type\":\"Words\" ")));
    }

    [TestMethod]
    public void WritesACheckpointOfTheSameWeights()
    {
        using var folder = new TemporaryFolder();
        var model = Load(new MLContext(), s_zip.Value);
        model.SaveCheckpoint(folder["weights.safetensors"]);

        using var checkpoint = Checkpoint.Open(folder["weights.safetensors"]);

        Assert.AreEqual(model.Config, CheckpointConfig.Read(checkpoint));
        CollectionAssert.AreEqual(TinyClips.Classes.ToArray(), CheckpointMetadata.ReadLabels(checkpoint)!.ToArray());
        using var archive = new ZipArchive(new MemoryStream(s_zip.Value));
        using var entry = archive.Entries.Single(entry => entry.Name == "weights.safetensors").Open();
        using var stored = new MemoryStream();
        entry.CopyTo(stored);
        CollectionAssert.AreEqual(File.ReadAllBytes(folder["weights.safetensors"]), stored.ToArray());
    }

    /// <summary>ML.NET saves a schema in its binary format, which has no place for clips: it leaves them out, and refuses a schema of nothing else.</summary>
    [TestMethod]
    public void AModelOfClipsAloneIsSavedWithoutASchema()
    {
        using var stream = new MemoryStream();
        s_ml.Model.Save(Load(s_ml, s_zip.Value), inputSchema: null, stream);

        var loaded = s_ml.Model.Load(stream, out var schema);

        Assert.IsNull(schema);
        var clips = s_ml.Data.LoadFromEnumerable([new ClipRow { Video = TinyClips.Make(1, 1) }]);
        Assert.HasCount(3, loaded.Transform(clips).GetColumn<float[]>("Score").Single());
    }

    [TestMethod]
    [TestCategory(TestCategories.Slow)]
    [DoNotParallelize]
    public void HoldsMoreThanTwoGigabytes()
    {
        using var folder = new TemporaryFolder();
        var config = VideoMambaConfig.Base with { Depth = 150, Frames = 1, Height = 16, Width = 16, Classes = 2 };
        var settings = new VideoMambaTransformer.Settings { FeatureColumnName = "Video", ScoreColumnName = "Score", PredictedLabelColumnName = "PredictedLabel" };
        var clips = s_ml.Data.LoadFromEnumerable([new ClipRow { Video = TinyClips.Make(0, 1, frames: 1, side: 16) }]);
        float[] expected = Save();
        Assert.IsGreaterThan(2L << 30, UncompressedBytes());

        var loaded = new MLContext().Model.Load(folder["large.zip"], out _);

        CollectionAssert.AreEqual(expected, loaded.Transform(clips).GetColumn<float[]>("Score").Single());

        float[] Save()
        {
            var model = new VideoMambaTransformer(s_ml, Network.Create(config, "cpu", _ => { }), settings, KeyNames.OfText(["a", "b"]));
            s_ml.Model.Save(model, inputSchema: null, folder["large.zip"]);
            return model.Transform(clips).GetColumn<float[]>("Score").Single();
        }

        long UncompressedBytes()
        {
            using var archive = ZipFile.OpenRead(folder["large.zip"]);
            return archive.Entries.Single(entry => entry.Name == "weights.safetensors").Length;
        }
    }

    private static string Damaged(string entry, Func<byte[], byte[]>? change)
    {
        byte[] zip = Changed(entry, change);
        return Message(() => Load(new MLContext(), zip));
    }

    /// <summary>The messages of an error and its causes: ML.NET wraps what a loader throws.</summary>
    private static string Message(Action load)
    {
        var text = new StringBuilder();
        for (var error = Assert.Throws<Exception>(load); error is not null; error = error.InnerException)
        {
            Assert.IsNotInstanceOfType<NullReferenceException>(error);
            text.AppendLine(error.Message);
        }

        return text.ToString();
    }

    private static VideoMambaTransformer Load(MLContext ml, byte[] zip)
    {
        using var stream = new MemoryStream(zip);
        return ((TransformerChain<ITransformer>)ml.Model.Load(stream, out _)).OfType<VideoMambaTransformer>().Single();
    }

    private static float[][] Scores(IDataView data) => [.. data.GetColumn<float[]>("Score")];

    /// <summary>The zip with one entry of our model changed, or left out.</summary>
    private static byte[] Changed(string name, Func<byte[], byte[]>? change)
    {
        using var result = new MemoryStream();
        using (var source = new ZipArchive(new MemoryStream(s_zip.Value)))
        using (var target = new ZipArchive(result, ZipArchiveMode.Create, leaveOpen: true))
        {
            string folder = Path.GetDirectoryName(source.Entries.Single(entry => entry.Name == "weights.safetensors").FullName)!;
            foreach (var entry in source.Entries)
            {
                using var stored = new MemoryStream();
                using (var open = entry.Open()) open.CopyTo(stored);
                bool isIt = entry.Name == name && Path.GetDirectoryName(entry.FullName) == folder;
                if (isIt && change is null) continue;
                byte[] bytes = isIt ? change!(stored.ToArray()) : stored.ToArray();
                using var write = target.CreateEntry(entry.FullName).Open();
                write.Write(bytes);
            }
        }

        return result.ToArray();
    }

    /// <summary>Replaces a text of the settings, which ML.NET stores as UTF-16, by one of the same length.</summary>
    private static byte[] Replace(byte[] bytes, string from, string to) => Replace(bytes, Encoding.Unicode.GetBytes(from), Encoding.Unicode.GetBytes(to));

    private static byte[] Replace(byte[] bytes, byte[] from, byte[] to)
    {
        int place = bytes.AsSpan().IndexOf(from);
        Assert.IsGreaterThanOrEqualTo(0, place);
        Assert.HasCount(from.Length, to);
        byte[] changed = [.. bytes];
        to.CopyTo(changed, place);
        return changed;
    }
}
