package app;

{% if values.type != 'service' %}
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.CommandLineRunner;
{% endif %}
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
{% if values.type == 'service' %}
public class Application {
{% else %}
public class Application implements CommandLineRunner {
  private static final Logger LOG = LoggerFactory.getLogger(Application.class);

  @Override
  public void run(String... arguments) throws InterruptedException {
{% if values.type == 'worker' %}
    LOG.info("waiting for work");
    Thread.currentThread().join();
{% else %}
    LOG.info("done");
{% endif %}
  }

{% endif %}
  public static void main(String[] arguments) {
    SpringApplication.run(Application.class, arguments);
  }
}
