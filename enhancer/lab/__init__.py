"""Small networks of ours at work: naming pictures, drawing them, and showing what an answer came from."""
