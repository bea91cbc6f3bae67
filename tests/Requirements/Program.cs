using Requirements;

return TableMaker.Run(args, Console.Error);
