"""Long jobs: their queue, their process, and the tasks that they run."""
