using Microsoft.ML.VideoMamba.Training.Schedules;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>Learning rates and weight decays step by step or epoch by epoch, and their scaling with the batch.</summary>
internal sealed class LearningRateScheduleCheck : IGoldenCheck
{
    public string Kind => "lr_schedule";

    public void Check(GoldenCase golden)
    {
        switch (golden.Text("schedule"))
        {
            case "video_step_cosine": CheckValues(golden, "output.values", VideoSchedule(golden)); break;
            case "image_epoch_cosine": CheckImageSchedule(golden); break;
            case "multimodal_step_cosine":
                CheckValues(golden, "output.values", new CosineFactor(golden.Int("num_training_steps"), golden.Int("num_warmup_steps"), golden.Double("min_lr_multi")));
                break;
            case "scaling": CheckScaling(golden); break;
            case var other: Assert.Fail($"Schedule '{other}' is unknown."); break;
        }
    }

    private static StepCosine VideoSchedule(GoldenCase golden)
    {
        int stepsOfEpoch = golden.Int("niter_per_ep"), warmupSteps = golden.Int("warmup_steps", 0);
        int warmup = warmupSteps > 0 ? warmupSteps : (int)(golden.Double("warmup_epochs", 0) * stepsOfEpoch);
        return new StepCosine(golden.Double("base_value"), golden.Double("final_value"), golden.Int("epochs") * stepsOfEpoch, warmup, golden.Double("start_warmup_value", 0));
    }

    private static void CheckImageSchedule(GoldenCase golden)
    {
        var schedule = new EpochCosine(golden.Double("base"), golden.Double("lr_min"), golden.Int("epochs"), golden.Int("warmup"), golden.Double("warmup_init"));
        CheckValues(golden, "output.scheduler", schedule);
        golden.AssertClose("output.epoch_lr", [.. Enumerable.Range(0, golden.Int("epochs")).Select(schedule.TrainingRate)]);
    }

    private static void CheckScaling(GoldenCase golden)
    {
        var image = new List<double>();
        var video = new List<double>();
        foreach (var row in golden.Json("scaling.json").EnumerateArray())
        {
            int batch = row.GetProperty("batch").GetInt32(), world = row.GetProperty("world").GetInt32();
            double rate = row.GetProperty("lr").GetDouble();
            image.Add(LearningRateScaling.Image(rate, batch, world));
            video.Add(LearningRateScaling.Video(rate, batch, row.GetProperty("update_freq").GetInt32(), world, row.GetProperty("num_sample").GetInt32()));
            Assert.AreEqual(row.GetProperty("image").GetDouble(), image[^1], 1e-12, row.ToString());
            Assert.AreEqual(row.GetProperty("video").GetDouble(), video[^1], 1e-12, row.ToString());
        }

        golden.AssertClose("output.image", image);
        golden.AssertClose("output.video", video);
    }

    private static void CheckValues(GoldenCase golden, string key, ISchedule schedule) =>
        golden.AssertClose(key, [.. Enumerable.Range(0, (int)golden.Tensors[key].Count).Select(schedule.At)]);
}
