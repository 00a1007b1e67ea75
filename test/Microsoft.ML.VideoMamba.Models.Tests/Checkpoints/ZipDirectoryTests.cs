using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.TestCommon;

namespace Microsoft.ML.VideoMamba.Models.Tests.Checkpoints;

[TestClass]
public sealed class ZipDirectoryTests : TorchTests
{
    private static readonly byte[] s_pickle = new PickleBuilder().Op('}').Text("w").Tensor("FloatStorage", "0", 3, 0, [3], [1]).Op('s').Stop();
    private static readonly byte[] s_values = [.. new float[] { 1, 2, 3 }.SelectMany(BitConverter.GetBytes)];
    private static readonly StoredZip.Entry s_data = new("archive/data.pkl", s_pickle);
    private static readonly StoredZip.Entry s_storage = new("archive/data/0", s_values);

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void ReadsBothForms(bool zip64)
    {
        using var checkpoint = TestModels.Open(StoredZip.Write([s_data, s_storage], zip64));
        using var values = checkpoint.Read("w");
        CollectionAssert.AreEqual(new float[] { 1, 2, 3 }, values.data<float>().ToArray());
    }

    [TestMethod]
    public void ReadsPastFourGibibytes()
    {
        const long Gap = 5L << 30;
        using var folder = new TemporaryFolder();
        byte[] archive = StoredZip.Write([s_storage with { Name = "archive/data/0" }, s_data], zip64: true);
        using (var file = File.Create(folder["large.pth"]))
        {
            // A hole (no disk is used) ahead of the second entry: its offset, and the directory's, then need more than 32 bits.
            Spread(archive, file, Gap);
        }

        using var checkpoint = Checkpoint.Open(folder["large.pth"]);
        using var values = checkpoint.Read("w");
        CollectionAssert.AreEqual(new float[] { 1, 2, 3 }, values.data<float>().ToArray());
    }

    [TestMethod]
    public void RefusesDuplicates() => Refuse("two entries", s_data, s_storage, s_storage);

    [TestMethod]
    public void RefusesOverlaps()
    {
        // An entry inside another one's bytes, as in archives that unpack to far more than their size.
        byte[] inner = StoredZip.Write([new StoredZip.Entry("archive/data/1", s_values)]);
        long offset = StoredZip.HeaderBytes + s_data.Name.Length + s_data.Bytes.Length + StoredZip.HeaderBytes + s_storage.Name.Length;
        Refuse("overlaps", s_data, s_storage with { Bytes = inner }, new StoredZip.Entry("archive/data/1", s_values) { Offset = offset });
    }

    [TestMethod]
    public void RefusesCompression() => Refuse("compressed", s_data, s_storage with { Method = 8 });

    [TestMethod]
    public void RefusesEncryption() => Refuse("encrypted", s_data, s_storage with { Flags = 1 });

    [TestMethod]
    public void RefusesAnotherLocalName() => Refuse("calls it", s_data, s_storage with { LocalName = "archive/data/7" });

    [TestMethod]
    public void RefusesLengthsBeyondTheFile() => Refuse("lead out", s_data, s_storage with { Length = 1 << 20 });

    [TestMethod]
    public void RefusesTwoPickles() => Refuse("2 entries data.pkl", s_data, s_storage, s_data with { Name = "other/data.pkl" });

    [TestMethod]
    [DataRow("../x")]
    [DataRow("archive/../../x")]
    [DataRow("/tmp/x")]
    [DataRow("c:x")]
    [DataRow("a\\..\\x")]
    public void RefusesNamesThatLeadOut(string name)
    {
        var error = Refuse("leads out", s_data, s_storage, s_storage with { Name = name });
        Assert.AreEqual(name, error.Entry);
    }

    [TestMethod]
    public void RefusesDamagedValuesWhenTheyAreRead()
    {
        using var checkpoint = TestModels.Open(StoredZip.Write([s_data, s_storage with { Crc = 1 }]));
        var error = Assert.ThrowsExactly<CheckpointException>(() => checkpoint.Read("w"));
        Assert.AreEqual("archive/data/0", error.Entry);
        Assert.Contains("CRC-32", error.Message);
    }

    [TestMethod]
    public void RefusesBigEndian() => Refuse("byte order", s_data, s_storage, new StoredZip.Entry("archive/byteorder", "big"u8.ToArray()));

    [TestMethod]
    public void NamesMissingFilesAndFolders()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("does not exist", Assert.ThrowsExactly<CheckpointException>(() => Checkpoint.Open(folder["none.pth"])).Message);
        Assert.Contains("is a folder", Assert.ThrowsExactly<CheckpointException>(() => Checkpoint.Open(folder.FullName)).Message);
    }

    [TestMethod]
    public void TakesRootsInOrderAndByName()
    {
        var pickle = new PickleBuilder().Op('}');
        foreach (string root in new[] { "state_dict", "module", "model_ema" }) pickle.Text(root).Op('}').Text(root + "_w").Tensor("FloatStorage", "0", 3, 0, [3], [1]).Op('s').Op('s');
        byte[] file = PyTorchFile.Archive(pickle.Stop(), [s_storage]);
        Assert.AreEqual("module_w", TestModels.Open(file).Tensors.Single().Name);
        Assert.AreEqual("model_ema_w", TestModels.Open(file, "model_ema").Tensors.Single().Name);
        Assert.Contains("there is one under 'state_dict', 'module', 'model_ema'", Assert.ThrowsExactly<CheckpointException>(() => TestModels.Open(file, "ema")).Message);
    }

    private static CheckpointException Refuse(string reason, params StoredZip.Entry[] entries)
    {
        var error = Assert.ThrowsExactly<CheckpointException>(() => TestModels.Open(StoredZip.Write(entries)).Dispose());
        Assert.Contains(reason, error.Message);
        return error;
    }

    /// <summary>Moves everything from the second entry on behind a gap, and corrects the three offsets that say where it is.</summary>
    private static void Spread(byte[] archive, FileStream file, long gap)
    {
        int second = IndexOf(archive, "PK\x03\x04"u8, 4), record = IndexOf(archive, "PK\x06\x06"u8, 0), locator = IndexOf(archive, "PK\x06\x07"u8, 0);
        int entry = IndexOf(archive, "PK\x01\x02"u8, IndexOf(archive, "PK\x01\x02"u8, 0) + 1);
        int nameLength = BitConverter.ToUInt16(archive, entry + 28);
        foreach (int place in new[] { entry + 46 + nameLength + 20, record + 48, locator + 8 })
        {
            BitConverter.TryWriteBytes(archive.AsSpan(place), BitConverter.ToInt64(archive, place) + gap);
        }

        file.Write(archive.AsSpan(0, second));
        file.Position = second + gap;
        file.Write(archive.AsSpan(second));
    }

    private static int IndexOf(byte[] bytes, ReadOnlySpan<byte> what, int from) => from + bytes.AsSpan(from).IndexOf(what);
}
