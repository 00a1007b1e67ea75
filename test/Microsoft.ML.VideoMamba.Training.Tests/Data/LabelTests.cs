using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Data;

namespace Microsoft.ML.VideoMamba.Training.Tests.Data;

[TestClass]
public sealed class LabelTests
{
    [TestMethod]
    public void NumbersOfAListWithoutHeaderAreClasses()
    {
        var list = Read("a,3\nb,0\nc,10");

        var classes = ClassNames.Of(list);

        Assert.IsTrue(list.IsNumbered);
        Assert.AreEqual((11, "10"), (classes.Count, classes.Names[10]));
        CollectionAssert.AreEqual(new[] { 3, 0, 10 }, Indices(classes, list));
        CollectionAssert.AreEqual(new[] { 3, 0, 10 }, Indices(ClassNames.Numbered(174), list));
        CollectionAssert.AreEqual(new[] { 7 }, Indices(ClassNames.Numbered(9), Read("a,007")));
    }

    [TestMethod]
    public void OtherLabelsAreNamesInOrdinalOrder()
    {
        var list = Read("path,label\na,run\nb,jump\nc,run\nd,Walk");

        var classes = ClassNames.Of(list);

        CollectionAssert.AreEqual(new[] { "Walk", "jump", "run" }, classes.Names.ToArray());
        CollectionAssert.AreEqual(new[] { 2, 1, 2, 0 }, Indices(classes, list));
        // A header makes numbers names: only those that are there.
        CollectionAssert.AreEqual(new[] { "1999", "2005" }, ClassNames.Of(Read("path,label\na,2005\nb,1999")).Names.ToArray());
    }

    [TestMethod]
    public void SaysWhichRowsAreOfNoClass()
    {
        var classes = new ClassNames(["jump", "run"]);

        var error = Assert.ThrowsExactly<DataListException>(() => classes.LabelsOf(Read("a,run\nb,swim\nc,fly")));

        StringAssert.Contains(error.Message, "line 2: 'swim' is none of the 2 classes (jump, run) (line 3 is wrong too)");
        StringAssert.Contains(Assert.ThrowsExactly<DataListException>(() => ClassNames.Numbered(400).LabelsOf(Read("a,400"))).Message, "'400' is none of the 400 classes (0, 1 … 399)");
        StringAssert.Contains(Assert.ThrowsExactly<DataListException>(() => ClassNames.Of(Read("a,20231125123"))).Message, "too large");
    }

    [TestMethod]
    public void ReadsNamesFromAFile()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["names.txt"], "riding a bike\n\nété \r\n");
        File.WriteAllText(folder["twice.txt"], "a\na\n");
        File.WriteAllText(folder["empty.txt"], "\n");

        CollectionAssert.AreEqual(new[] { "riding a bike", "été" }, ClassNames.Read(folder["names.txt"]).Names.ToArray());
        StringAssert.Contains(Assert.ThrowsExactly<DataListException>(() => ClassNames.Read(folder["twice.txt"])).Message, "Class 'a' is named twice");
        StringAssert.Contains(Assert.ThrowsExactly<DataListException>(() => ClassNames.Read(folder["empty.txt"])).Message, "At least one class");
        StringAssert.Contains(Assert.ThrowsExactly<DataListException>(() => ClassNames.Read(folder["none.txt"])).Message, "no such file");
    }

    [TestMethod]
    public void NumbersToPredictMustBeNumbers()
    {
        CollectionAssert.AreEqual(new[] { 0.5f, -3e4f }, RegressionTargets.Of(Read("a,0.5\nb,-3e4")).Select(label => label.Target).ToArray());
        StringAssert.Contains(Assert.ThrowsExactly<DataListException>(() => RegressionTargets.Of(Read("a,1\nb,high\nc,NaN"))).Message, "line 2: the label must be a number; it is 'high' (line 3 is wrong too)");
    }

    [TestMethod]
    [DataRow("in1k", 1000)]
    [DataRow("k400", 400)]
    [DataRow("SSv2", 174)]
    [DataRow("ucf101", 101)]
    [DataRow("breakfast", 10)]
    [DataRow("coin", 180)]
    [DataRow("lvu-relation", 4)]
    [DataRow("lvu-speak", 5)]
    [DataRow("lvu-scene", 6)]
    [DataRow("lvu-director", 10)]
    [DataRow("lvu-genre", 4)]
    [DataRow("lvu-writer", 10)]
    [DataRow("lvu-year", 9)]
    [DataRow("lvu-like", 1)]
    [DataRow("lvu-view", 1)]
    public void KnowsTheOriginalsDataSets(string name, int classes)
    {
        var dataset = Dataset.Find(name);

        Assert.AreEqual(classes, dataset.Classes);
        Assert.AreEqual(classes == 1 ? TrainingTask.Regression : TrainingTask.Classification, dataset.Task);
        Assert.AreEqual(!name.Equals("ssv2", StringComparison.OrdinalIgnoreCase), dataset.Mirrors);
    }

    [TestMethod]
    public void ListsTheDataSetsThatThereAre()
    {
        Assert.HasCount(15, Dataset.All);
        CollectionAssert.AllItemsAreUnique(Dataset.All.Select(dataset => dataset.Name).ToList());
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Dataset.Find("k700")).Message, "there are in1k, k400, ssv2");
    }

    private static int[] Indices(ClassNames classes, DataList list) => [.. classes.LabelsOf(list).Select(label => label.ClassIndex)];

    private static DataList Read(string text) => DataList.Read(new StringReader(text), "list.csv", new());
}
