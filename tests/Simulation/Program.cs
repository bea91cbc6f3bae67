System.Console.WriteLine("sim");
