using Microsoft.ML.VideoMamba.Models.Checkpoints;

namespace Microsoft.ML.VideoMamba.Models.Tests.Checkpoints;

[TestClass]
public sealed class UnpicklerTests : TorchTests
{
    private static readonly StoredZip.Entry s_storage = new("archive/data/0", new byte[48]);

    [TestMethod]
    public void ReadsATensorBesideEveryPlainValue()
    {
        var pickle = new PickleBuilder().Op('}')
            .Text("list").Op(']').Op('(').Integer(1).Op('N').Raw(0x88).Op('G').Raw(new byte[8]).Op('e').Op('s')
            .Text("big").Raw(0x8a, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).Op('s')
            .Text("set").Global("__builtin__", "set").Op(']').Integer(3).Op('a').Raw(0x85).Op('R').Op('s')
            .Text("size").Global("torch", "Size").Tuple([1, 2]).Raw(0x85).Op('R').Op('s')
            .Text("args").Global("argparse", "Namespace").Op(')').Raw(0x81).Op('}').Text("lr").Integer(1).Op('s').Op('b').Op('s')
            .Text("w").Tensor("FloatStorage", "0", 12, 0, [3, 4], [4, 1]).Op('s');
        using var checkpoint = Open(pickle.Stop());
        Assert.AreEqual("w float32 [3, 4]", checkpoint.Tensors.Single().ToString());
    }

    [TestMethod]
    [DataRow("posix", "system")]
    [DataRow("builtins", "eval")]
    [DataRow("builtins", "getattr")]
    [DataRow("torch", "load")]
    [DataRow("torch._utils", "_rebuild_tensor_v3")]
    [DataRow("numpy.core.multiarray", "scalar")]
    [DataRow("collections", "deque")]
    public void RefusesOtherNamesByName(string module, string name)
    {
        var error = Refuse(new PickleBuilder().Op('}').Text("x").Global(module, name).Text("true").Raw(0x85).Op('R').Op('s').Stop());
        Assert.Contains($"{module}.{name}", error.Message);
        Assert.AreEqual("archive/data.pkl", error.Entry);
    }

    [TestMethod]
    public void RefusesNamesMadeOnTheStack()
    {
        var error = Refuse(new PickleBuilder().Text("posix").Text("system").Raw(0x93).Stop());
        Assert.Contains("posix.system", error.Message);
    }

    [TestMethod]
    public void RefusesCallsOfKnownNamesInUnknownWays()
    {
        Assert.Contains("argparse.Namespace", Refuse(new PickleBuilder().Global("argparse", "Namespace").Op(')').Op('R').Stop()).Message);
        Assert.Contains("torch.FloatStorage", Refuse(new PickleBuilder().Global("torch", "FloatStorage").Integer(1).Raw(0x85).Op('R').Stop()).Message);
        Assert.Contains("not a name", Refuse(new PickleBuilder().Text("x").Op(')').Op('R').Stop()).Message);
        Assert.Contains("attributes", Refuse(new PickleBuilder().Op(']').Op('}').Op('b').Stop()).Message);
    }

    [TestMethod]
    public void NestsWithoutEnd()
    {
        const int Depth = 500_000;
        byte[] lists = [.. Enumerable.Repeat((byte)']', Depth), .. Enumerable.Repeat((byte)'a', Depth - 1)];
        var error = Refuse(new PickleBuilder().Raw(lists).Stop());
        Assert.Contains("not a dictionary", error.Message);
    }

    [TestMethod]
    public void RefusesToCopyALongListAgainAndAgain()
    {
        var pickle = new PickleBuilder().Op(']').Op('(');
        for (int i = 0; i < 1000; i++) pickle.Op('N').Op('N').Raw(0x86);
        pickle.Op('e').Raw((byte)'q', 0);
        for (int i = 0; i < 10_000; i++) pickle.Global("collections", "OrderedDict").Raw((byte)'h', 0).Raw(0x85).Op('R');
        Assert.Contains("operations", Refuse(pickle.Stop()).Message);
    }

    [TestMethod]
    public void RefusesTensorsFarLargerThanTheFile()
    {
        var pickle = new PickleBuilder().Op('}');
        for (int i = 0; i < 40; i++) pickle.Text($"w{i}").Tensor("FloatStorage", "0", 12, 0, [500_000], [0]).Op('s');
        Assert.Contains("far more than the file holds", Refuse(pickle.Stop()).Message);
    }

    [TestMethod]
    public void RefusesOneLargeTensorUnderManyNames()
    {
        var pickle = new PickleBuilder().Op('}').Text("w").Tensor("FloatStorage", "0", 12, 0, [1_000_000], [0]).Raw((byte)'q', 0).Op('s');
        for (int i = 0; i < 40; i++) pickle.Text($"w{i}").Raw((byte)'h', 0).Op('s');
        Assert.Contains("far larger than the file", Refuse(pickle.Stop()).Message);
    }

    [TestMethod]
    [DataRow("0", 12L, 0L, new long[] { 4, 4 }, new long[] { 4, 1 }, DisplayName = "beyond the storage")]
    [DataRow("0", 12L, long.MaxValue, new long[] { 1 }, new long[] { 1 }, DisplayName = "offset that overflows")]
    [DataRow("0", 12L, 0L, new[] { long.MaxValue, long.MaxValue }, new long[] { 0, 0 }, DisplayName = "sizes that overflow")]
    [DataRow("0", 12L, 0L, new long[] { 2, 2 }, new[] { long.MaxValue, long.MaxValue }, DisplayName = "strides that overflow")]
    [DataRow("0", 12L, -1L, new long[] { 1 }, new long[] { 1 }, DisplayName = "negative offset")]
    [DataRow("0", long.MaxValue, 0L, new long[] { 1 }, new long[] { 1 }, DisplayName = "storage that overflows")]
    [DataRow("0", 13L, 0L, new long[] { 1 }, new long[] { 1 }, DisplayName = "storage longer than its entry")]
    [DataRow("1", 12L, 0L, new long[] { 1 }, new long[] { 1 }, DisplayName = "storage without an entry")]
    [DataRow("../0", 12L, 0L, new long[] { 1 }, new long[] { 1 }, DisplayName = "storage by a path")]
    public void RefusesImpossibleTensors(string key, long count, long offset, long[] sizes, long[] strides) =>
        Refuse(new PickleBuilder().Op('}').Text("w").Tensor("FloatStorage", key, count, offset, sizes, strides).Op('s').Stop());

    [TestMethod]
    public void RefusesOneStorageInTwoTypes() =>
        Assert.Contains("two ways", Refuse(new PickleBuilder().Op('}')
            .Text("a").Tensor("FloatStorage", "0", 12, 0, [1], [1]).Op('s')
            .Text("b").Tensor("IntStorage", "0", 12, 0, [1], [1]).Op('s').Stop()).Message);

    [TestMethod]
    public void RefusesTwoNamesThatAreOneWithoutTheirPrefixes() =>
        Assert.Contains("same plain name", Refuse(new PickleBuilder().Op('}')
            .Text("w").Tensor("FloatStorage", "0", 12, 0, [1], [1]).Op('s')
            .Text("module.encoder.w").Tensor("FloatStorage", "0", 12, 0, [1], [1]).Op('s').Stop()).Message);

    [TestMethod]
    public void RefusesABoolThatIsNone()
    {
        byte[] file = PyTorchFile.Archive(new PickleBuilder().Op('}').Text("w").Tensor("BoolStorage", "0", 2, 0, [2], [1]).Op('s').Stop(), [new("archive/data/0", [1, 2])]);
        using var checkpoint = TestModels.Open(file);
        Assert.Contains("neither 0 nor 1", Assert.ThrowsExactly<CheckpointException>(() => checkpoint.Read("w")).Message);
    }

    private static Checkpoint Open(byte[] pickle) => TestModels.Open(PyTorchFile.Archive(pickle, [s_storage]));

    private static CheckpointException Refuse(byte[] pickle)
    {
        var error = Assert.ThrowsExactly<CheckpointException>(() => Open(pickle).Dispose());
        Assert.StartsWith("test.pth: ", error.Message);
        return error;
    }
}
