System.Console.WriteLine("concentrator");
