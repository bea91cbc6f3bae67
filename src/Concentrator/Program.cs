using Concentrator.Cli.Frames;

return FrameDecodeCommand.Run(new FrameDecodeOptions("auto", null, true, []), Console.In, Console.Out, Console.Error);
