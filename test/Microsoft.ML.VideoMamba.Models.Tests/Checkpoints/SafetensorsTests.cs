using System.Text;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Tests.Checkpoints;

[TestClass]
public sealed class SafetensorsTests : TorchTests
{
    [TestMethod]
    public void RoundTripsEveryTypeAndShape()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var tensors = new Dictionary<string, Tensor> { ["scalar"] = tensor(1.5f), ["empty"] = empty(0, 4), ["view é\""] = arange(12).reshape(3, 4).t() };
        foreach (var type in new[] { ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool })
        {
            tensors[type.ToString()] = tensor(new double[] { 0, 1, 2.5, 100 }).to(type).reshape(2, 2);
        }

        var metadata = new Dictionary<string, string> { ["a"] = "b", ["quote \" é"] = "line\nbreak" };
        CheckpointWriter.Save(folder["x.safetensors"], tensors, metadata);
        using var checkpoint = Checkpoint.Open(folder["x.safetensors"]);
        Assert.AreEqual(CheckpointFormat.Safetensors, checkpoint.Format);
        CollectionAssert.AreEquivalent(metadata.ToList(), checkpoint.Metadata.ToList());
        CollectionAssert.AreEqual(tensors.Keys.ToList(), checkpoint.Tensors.Select(tensor => tensor.Name).ToList());
        foreach (var (name, expected) in tensors) TestModels.AssertSame(expected, checkpoint.Read(name), name);
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.FullName));
    }

    [TestMethod]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 12, "behind its last tensor", DisplayName = "bytes behind")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "lead out", DisplayName = "cut off")]
    [DataRow("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "needs 12", DisplayName = "shape and bytes differ")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "gap", DisplayName = "gap")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "overlaps", DisplayName = "overlap")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}""", 8, "is not JSON", DisplayName = "duplicate")]
    [DataRow("""{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", 8, "F8_E4M3", DisplayName = "type")]
    [DataRow("""{"a":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}""", 8, "impossible sizes", DisplayName = "negative sizes")]
    [DataRow("""{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,8]}}""", 8, "impossible sizes", DisplayName = "sizes that overflow")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "described by", DisplayName = "fraction")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "lead out", DisplayName = "offsets swapped")]
    [DataRow("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "described by", DisplayName = "no offsets")]
    [DataRow("""{"a":[[[[[[1]]]]]]}""", 0, "is not JSON", DisplayName = "deep")]
    [DataRow("""{"__metadata__":{"a":1}}""", 0, "not a string", DisplayName = "metadata")]
    [DataRow("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "is not JSON", DisplayName = "half a surrogate")]
    [DataRow("""{"a":""", 0, "is not JSON", DisplayName = "broken JSON")]
    public void RefusesBrokenHeaders(string header, int bytes, string reason)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        Assert.Contains(reason, Refuse([.. BitConverter.GetBytes((long)json.Length), .. json, .. new byte[bytes]]).Message);
    }

    [TestMethod]
    public void RefusesAHeaderLongerThanTheFile() => Assert.Contains("announces", Refuse([.. BitConverter.GetBytes(1L << 40), (byte)'{']).Message);

    [TestMethod]
    public void LeavesNothingBehindWhenWritingFails()
    {
        using var folder = new TemporaryFolder();
        using var values = ones(3);
        File.WriteAllText(folder["x.safetensors"], "before");
        Assert.ThrowsExactly<ArgumentException>(() => CheckpointWriter.Save(folder["x.safetensors"], new Dictionary<string, Tensor> { ["a"] = values, ["b"] = values.to(ScalarType.ComplexFloat32) }));
        Assert.AreEqual("before", File.ReadAllText(folder["x.safetensors"]));
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.FullName));
        Assert.Contains("cannot be written", Assert.ThrowsExactly<CheckpointException>(() => CheckpointWriter.Save(folder["none/x.safetensors"], new Dictionary<string, Tensor> { ["a"] = values })).Message);
    }

    private static CheckpointException Refuse(byte[] file) => Assert.ThrowsExactly<CheckpointException>(() => TestModels.Open(file).Dispose());
}
