using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Tests;

[TestClass]
public sealed class VideoPixelExtractorTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void GivesAVectorOfKnownSize()
    {
        var clip = TinyClips.Make(label: 2, seed: 1, frames: 4, side: 24);
        var data = Extract(_ml.Data.LoadFromEnumerable([new ClipRow { Video = clip }]), frames: 4, size: 16);

        CollectionAssert.AreEqual(new[] { 3, 4, 16, 16 }, ((VectorDataViewType)data.Schema["Pixels"].Type).Dimensions.ToArray());
        CollectionAssert.AreEqual(ClipTransform.Validation(16, 16).Apply(clip), data.GetColumn<float[]>("Pixels").Single());
    }

    [TestMethod]
    public void PicksFramesOfLongerAndShorterClips()
    {
        var data = _ml.Data.LoadFromEnumerable([new ClipRow { Video = TinyClips.Make(0, 1, frames: 9) }, new ClipRow { Video = TinyClips.Make(0, 1, frames: 1) }]);
        float[][] pixels = [.. Extract(data, frames: 3, size: 8).GetColumn<float[]>("Pixels")];

        Assert.HasCount(3 * 3 * 64, pixels[0]);
        CollectionAssert.AreEqual(pixels[1][..64], pixels[1][64..128], "one frame is repeated");
    }

    [TestMethod]
    public void AMissingClipIsNaN()
    {
        var data = Extract(_ml.Data.LoadFromEnumerable([new ClipRow()]), frames: 2, size: 8);

        Assert.IsTrue(data.GetColumn<float[]>("Pixels").Single().All(float.IsNaN));
    }

    [TestMethod]
    public void SurvivesTheBinaryFormat()
    {
        using var folder = new TemporaryFolder();
        var data = Extract(_ml.Data.LoadFromEnumerable([new ClipRow { Video = TinyClips.Make(1, 1) }]), frames: 2, size: 8);
        using (var file = File.Create(folder["pixels.idv"])) _ml.Data.SaveAsBinary(data, file);

        CollectionAssert.AreEqual(data.GetColumn<float[]>("Pixels").Single(), _ml.Data.LoadFromBinary(folder["pixels.idv"]).GetColumn<float[]>("Pixels").Single());
    }

    [TestMethod]
    public void SavesAndLoads()
    {
        using var folder = new TemporaryFolder();
        var data = _ml.Data.LoadFromEnumerable([new ClipRow { Video = TinyClips.Make(1, 1) }]);
        var extractor = _ml.Transforms.ExtractVideoPixels("Pixels", "Video", frames: 2, imageSize: 8).Fit(data);
        _ml.Model.Save(extractor, null, folder["pixels.zip"]);

        var loaded = new MLContext().Model.Load(folder["pixels.zip"], out _).Transform(data);

        CollectionAssert.AreEqual(extractor.Transform(data).GetColumn<float[]>("Pixels").Single(), loaded.GetColumn<float[]>("Pixels").Single());
    }

    [TestMethod]
    public void NamesTheSchemaItPutsOut() =>
        SchemaAssert.AgreesWithData(_ml.Transforms.ExtractVideoPixels("Pixels", "Video", 2, 8), _ml.Data.LoadFromEnumerable([new ClipRow { Video = TinyClips.Make(1, 1) }]));

    [TestMethod]
    public void RefusesAColumnThatHoldsNoClips()
    {
        var data = _ml.Data.LoadFromEnumerable([new PathRow()]);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.ExtractVideoPixels("Pixels", "Path").Fit(data));

        Assert.Contains("Schema mismatch for input column 'Path': expected Video, got String", error.Message);
    }

    private IDataView Extract(IDataView data, int frames, int size) => _ml.Transforms.ExtractVideoPixels("Pixels", "Video", frames, size).Fit(data).Transform(data);
}
